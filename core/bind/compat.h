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

/* The table that lives as long as the userdata at `index`: set from the top of the stack, which is
 * popped, or pushed. One that was never set is not to be asked for. */
static inline void obol_bind_set_table(lua_State *L, int index)
{
#if LUA_VERSION_NUM < 504
    (void)lua_setfenv(L, index);
#else
    (void)lua_setiuservalue(L, index, 1);
#endif
}

static inline void obol_bind_get_table(lua_State *L, int index)
{
#if LUA_VERSION_NUM < 504
    lua_getfenv(L, index);
#else
    (void)lua_getiuservalue(L, index, 1);
#endif
}
