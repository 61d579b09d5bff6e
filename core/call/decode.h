#pragma once

#include "call/account.h"

/* What the caller knows of the call that was answered. */
struct obol_answered {
    const char *operation;
    const struct obol_node *params; /* normalized, for choosing the variant; may be null */
    const struct obol_node *expect; /* key, order_id, amount, provider_id ...; may be null */
    bool sent_before;               /* the same key went out before this call */
};

/*
 * verify -> decode -> result: a map with outcome, status, kind, code, message and what the
 * operation's rows found. False when the reply cannot be read; err->kind says why and `outcome`
 * what is known of the call all the same.
 */
bool obol_call_decode(const struct obol_account *account, const struct obol_answered *answered,
                      const struct obol_reply *reply, struct obol_arena *arena,
                      struct obol_node *result, enum obol_outcome *outcome,
                      struct obol_err *err) OBOL_MUST_USE;
