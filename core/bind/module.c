#include "bind/bind.h"
#include "bind/money.h"
#include "bind/secret.h"

__attribute__((visibility("default"))) int luaopen_obol_core(lua_State *L);

/* The only symbol that leaves the shared object. */
int luaopen_obol_core(lua_State *L)
{
    lua_newtable(L);
    obol_bind_error(L);
    obol_bind_secret(L);
    obol_bind_crypto(L);
    obol_bind_json(L);
    obol_bind_money(L);
    return 1;
}
