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
