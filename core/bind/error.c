#include "bind/bind.h"

/* The metatable of error objects; lua/obol/error.lua gives it its methods. */
static const char ERROR_TYPE[] = "obol.error";

int obol_bind_fail(lua_State *L, const struct obol_err *err)
{
    /* where nobody said what was wrong, an arena was too small */
    bool said = err->kind != OBOL_ERR_NONE;
    lua_pushnil(L);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, obol_kind_name(said ? err->kind : OBOL_ERR_INTERNAL));
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, said ? err->message : "out of memory");
    lua_setfield(L, -2, "message");
    if (err->field[0] != '\0') {
        lua_pushstring(L, err->field);
        lua_setfield(L, -2, "field");
    }
    luaL_getmetatable(L, ERROR_TYPE);
    lua_setmetatable(L, -2);
    return 2;
}

void obol_bind_error(lua_State *L)
{
    luaL_newmetatable(L, ERROR_TYPE);
    lua_setfield(L, -2, "error_metatable");
    lua_newtable(L);
    for (int kind = OBOL_ERR_NONE + 1; kind < OBOL_ERR_COUNT; kind++) {
        lua_pushstring(L, obol_kind_name((enum obol_kind)kind));
        lua_rawseti(L, -2, kind);
    }
    lua_setfield(L, -2, "error_kinds");
    obol_bind_clock(L);
}
