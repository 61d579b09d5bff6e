#include "base/stop.h"
#include "bind/bind.h"

static int stop_catch(lua_State *L)
{
    (void)L;
    obol_stop_catch();
    return 0;
}

static int stop_signal(lua_State *L)
{
    int number = obol_stop_signal();
    if (number == 0)
        return 0;
    lua_pushinteger(L, number);
    return 1;
}

void obol_bind_stop(lua_State *L)
{
    static const luaL_Reg functions[] = {{"catch", stop_catch}, {"signal", stop_signal}, {0}};
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    lua_setfield(L, -2, "stop");
}
