#include "bind/bind.h"
#include "crypto/version.h"
#include "net/version.h"
#include "qr/qr.h"
#include "store/store.h"

/* features(): versions of what this core stands on; false for what is loaded when it is used and
 * is not on this machine */
static int features(lua_State *L)
{
    lua_newtable(L);
    lua_pushstring(L, obol_crypto_version());
    lua_setfield(L, -2, "openssl");
    lua_pushstring(L, obol_net_version());
    lua_setfield(L, -2, "libcurl");
    lua_pushfstring(L, "SQLite %s", obol_store_sqlite_version());
    lua_setfield(L, -2, "sqlite");
    if (obol_store_postgres_version() != NULL)
        lua_pushfstring(L, "libpq %s", obol_store_postgres_version());
    else
        lua_pushboolean(L, 0);
    lua_setfield(L, -2, "postgres");
    if (obol_qr_version() != NULL)
        lua_pushfstring(L, "libqrencode %s", obol_qr_version());
    else
        lua_pushboolean(L, 0);
    lua_setfield(L, -2, "qrencode");
    lua_getglobal(L, "_VERSION");
    lua_setfield(L, -2, "lua");
    return 1;
}

void obol_bind_features(lua_State *L)
{
    lua_pushcfunction(L, features);
    lua_setfield(L, -2, "features");
}
