#include "bind/account.h"
#include "bind/bind.h"
#include "bind/define.h"
#include "bind/describe.h"
#include "bind/money.h"
#include "bind/net.h"
#include "bind/request.h"
#include "bind/secret.h"

__attribute__((visibility("default"))) int luaopen_obol_core(lua_State *L);

/* The only symbol that leaves the shared object. */
int luaopen_obol_core(lua_State *L)
{
    lua_newtable(L);
    obol_bind_error(L);
    obol_bind_bounded(L);
    obol_bind_secret(L);
    obol_bind_crypto(L);
    obol_bind_json(L);
    obol_bind_url(L);
    obol_bind_money(L);
    obol_bind_request(L);
    obol_bind_account(L);
    obol_bind_describe(L);
    obol_bind_define(L);
    obol_bind_features(L);
    obol_bind_folder(L);
    obol_bind_net(L);
    obol_bind_completion(L);
    obol_bind_store(L);
    obol_bind_qr(L);
    obol_bind_stop(L);
    obol_bind_random(L);
    return 1;
}
