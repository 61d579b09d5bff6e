#include "bind/secret.h"

struct obol_slice obol_bind_bytes(lua_State *L, int index)
{
    struct obol_bind_secret *secret = obol_bind_secret_test(L, index);
    if (secret != NULL)
        return obol_slice(secret->data, secret->size);
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_argerror(L, index, "expected a string or an obol.secret");
    size_t size = 0;
    const char *data = lua_tolstring(L, index, &size);
    return obol_slice(data, size);
}

struct obol_slice obol_bind_bytes_kept(lua_State *L, int index, struct obol_arena *arena)
{
    struct obol_slice bytes = obol_bind_bytes(L, index);
    if (lua_type(L, index) == LUA_TSTRING)
        return bytes;
    bytes = obol_arena_copy(arena, bytes);
    if (bytes.data == NULL)
        luaL_error(L, "expected fewer bytes");
    return bytes;
}

struct obol_slice obol_bind_member_bytes(lua_State *L, int index, const char *name,
                                         struct obol_arena *arena)
{
    lua_getfield(L, index, name);
    return obol_bind_bytes_of_member(L, index, name, arena);
}

struct obol_slice obol_bind_bytes_of_member(lua_State *L, int index, const char *name,
                                            struct obol_arena *arena)
{
    size_t size = 0;
    if (lua_type(L, -1) == LUA_TSTRING) {
        const char *data = lua_tolstring(L, -1, &size);
        return obol_slice(data, size);
    }
    if (lua_isnil(L, -1))
        return obol_slice(NULL, 0);
    if (obol_bind_secret_test(L, -1) == NULL)
        luaL_argerror(L, index,
                      lua_pushfstring(L, "expected %s as a string or an obol.secret", name));
    return obol_bind_bytes_kept(L, lua_gettop(L), arena);
}
