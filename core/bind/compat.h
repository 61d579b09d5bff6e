#pragma once

/* The few differences between the headers of Lua 5.4 and of LuaJIT (Lua 5.1). */

#include <lauxlib.h>
#include <lua.h>

#if LUA_VERSION_NUM < 502
static inline int lua_absindex(lua_State *L, int index)
{
    return index > 0 || index <= LUA_REGISTRYINDEX ? index : lua_gettop(L) + index + 1;
}
#define lua_rawlen(L, index) lua_objlen(L, index)
#endif

#if LUA_VERSION_NUM < 504
#define lua_newuserdatauv(L, size, values) lua_newuserdata(L, size)
#endif
