#include "base/clock.h"
#include "bind/bind.h"

/* Milliseconds, whole on every Lua: far below 2^53. */
static int clock_wall(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)obol_clock_wall_ms());
    return 1;
}

static int clock_monotonic(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)obol_clock_monotonic_ms());
    return 1;
}

/* Whether the coroutine can be left here: inside a function of C, such as require, it cannot.
 * nginx keeps Lua's own function for that out of reach. */
static int can_yield(lua_State *L)
{
    lua_pushboolean(L, lua_isyieldable(L));
    return 1;
}

void obol_bind_clock(lua_State *L)
{
    lua_pushcfunction(L, can_yield);
    lua_setfield(L, -2, "can_yield");
    lua_pushcfunction(L, clock_wall);
    lua_setfield(L, -2, "clock_ms");
    lua_pushcfunction(L, clock_monotonic);
    lua_setfield(L, -2, "monotonic_ms");
}
