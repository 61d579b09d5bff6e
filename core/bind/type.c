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
