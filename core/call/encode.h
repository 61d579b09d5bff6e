#pragma once

#include "call/account.h"

/* What the world gives a call, so that the same call gives the same bytes. */
struct obol_moment {
    const char *const *names; /* of providers that are not of the core, ending with null, or null:
                               * what stands under their names in `extra` is for them */
    int64_t time_ms;
    struct obol_slice nonce; /* empty: the time's digits */
    struct obol_slice key;   /* of the attempt; empty: none */
    struct obol_slice token; /* the payer's own or the session's; empty: none */
};

/*
 * check -> encode -> sign. What the work needs lives in `arena`, which may go once the request is
 * made; the request and all that it points to live in `keep`, which has to outlive it. Everything
 * that is wrong is in the problems, the gravest also in err.
 */
bool obol_call_encode(const struct obol_account *account, const char *operation,
                      struct obol_node *params, const struct obol_moment *moment,
                      struct obol_arena *arena, struct obol_arena *keep,
                      struct obol_request *request, struct obol_problems *problems,
                      struct obol_err *err) OBOL_MUST_USE;
