#pragma once

#include "bind/account.h"
#include "call/encode.h"

/*
 * What a provider that is defined in Lua does in Lua: signing a request whose bytes are final, and
 * opening a notification. No pointer into an account lives over such a call.
 */

/* Gives the account at `index` its table, with the hooks of the definition at `definition` and what
 * they may know of the account. */
void obol_bind_hook_account(lua_State *L, int index, int definition);
/* Wipes the secrets that the hooks of the account at `index` may have. */
void obol_bind_hook_close(lua_State *L, int index);

/* What is signed, besides what the request itself says. */
struct obol_bind_signing {
    const char *operation;
    const struct obol_moment *moment;
    size_t base_url_size; /* the request's path stands behind it */
    struct obol_request *request;
    struct obol_arena *arena; /* of the request */
};

/* Pushes the results of account:encode. With the account at 1 and the request at `at`. */
int obol_bind_hook_sign(lua_State *L, const struct obol_bind_signing *signing, int at);
/* Pushes the results of account:open, whose arguments are at 1 to 3; false, with nothing pushed,
 * when it has no hook for that. */
bool obol_bind_hook_open(lua_State *L, int64_t time_ms, int *results);
