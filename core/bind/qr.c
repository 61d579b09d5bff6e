#include "qr/qr.h"
#include "bind/bind.h"

enum { ARENA_MAX = 64 * 1024 };

/* qr(text) -> { size =, modules = } | nil, err; a byte of `modules` is "1" where it is dark */
static int qr(lua_State *L)
{
    size_t size = 0;
    const char *text = luaL_checklstring(L, 1, &size);
    lua_settop(L, 1);
    struct obol_arena *arena = obol_bind_arena(L, ARENA_MAX);
    struct obol_qr symbol;
    struct obol_err err;
    if (!obol_qr_make(obol_slice(text, size), arena, &symbol, &err))
        return obol_bind_fail(L, &err);
    size_t count = (size_t)symbol.size * (size_t)symbol.size;
    char *digits = obol_arena_alloc(arena, count);
    if (digits == NULL)
        return luaL_error(L, "out of memory");
    for (size_t i = 0; i < count; i++)
        digits[i] = symbol.modules[i] != 0 ? '1' : '0';
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, symbol.size);
    lua_setfield(L, -2, "size");
    lua_pushlstring(L, digits, count);
    lua_setfield(L, -2, "modules");
    return 1;
}

void obol_bind_qr(lua_State *L)
{
    lua_pushcfunction(L, qr);
    lua_setfield(L, -2, "qr");
}
