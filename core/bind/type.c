#include "bind/type.h"

bool obol_bind_type_push(lua_State *L, const struct obol_bind_type *type)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, type->key);
    if (!lua_isnil(L, -1))
        return false;
    lua_pop(L, 1);
    bool made = luaL_newmetatable(L, type->name) != 0;
    lua_pushvalue(L, -1);
    lua_rawseti(L, LUA_REGISTRYINDEX, type->key);
    return made;
}

void obol_bind_type_set(lua_State *L, const struct obol_bind_type *type)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, type->key);
    lua_setmetatable(L, -2);
}

void *obol_bind_type_test(lua_State *L, int index, const struct obol_bind_type *type)
{
    void *userdata = lua_touserdata(L, index);
    if (userdata == NULL || lua_getmetatable(L, index) == 0)
        return NULL;
    lua_rawgeti(L, LUA_REGISTRYINDEX, type->key);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same ? userdata : NULL;
}

void *obol_bind_type_check(lua_State *L, int index, const struct obol_bind_type *type)
{
    void *userdata = obol_bind_type_test(L, index, type);
    return userdata != NULL ? userdata : luaL_checkudata(L, index, type->name);
}
