#include "bind/bind.h"
#include "crypto/version.h"
#include "net/version.h"

/* features(): versions of what this core stands on */
static int features(lua_State *L)
{
    lua_newtable(L);
    lua_pushstring(L, obol_crypto_version());
    lua_setfield(L, -2, "openssl");
    lua_pushstring(L, obol_net_version());
    lua_setfield(L, -2, "libcurl");
    lua_getglobal(L, "_VERSION");
    lua_setfield(L, -2, "lua");
    return 1;
}

void obol_bind_features(lua_State *L)
{
    lua_pushcfunction(L, features);
    lua_setfield(L, -2, "features");
}
