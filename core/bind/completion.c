#include "bind/net.h"

#include "completion/announcer.h"

/* completion.path() -> path of the unix socket on which finished ids are announced | nil, err */
static int completion_path(lua_State *L)
{
    struct obol_err err;
    const char *path = obol_announcer_path(&err);
    if (path == NULL)
        return obol_bind_fail(L, &err);
    lua_pushstring(L, path);
    return 1;
}

void obol_bind_completion(lua_State *L)
{
    static const luaL_Reg functions[] = {{"path", completion_path}, {NULL, NULL}};
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    lua_setfield(L, -2, "completion");
}
