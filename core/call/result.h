#pragma once

#include "call/account.h"

/* What an outcome table said of a reply. */
struct obol_verdict {
    enum obol_outcome outcome;
    const struct obol_outcome_row *row; /* null: no row fits */
    struct obol_node *root;
    int http_status;
    bool own;     /* the row is the operation's, not one that all of the provider's share */
    bool nothing; /* a question that works, and there is not what was asked for */
};

/* The state of a payment after an attempt with this outcome, when no other account is left. */
const char *obol_result_status(enum obol_outcome outcome, bool has_action);

/* Adds to a result what does not come from the operation's rows: outcome and state, the provider's
 * code and text, the action's type, the picked item, what was compared, what is left over. Which
 * item is picked the expectation says, or the word that chose the variant. */
bool obol_result_finish(const struct obol_provider *provider,
                        const struct obol_operation *operation, struct obol_verdict *verdict,
                        const struct obol_node *expect, const struct obol_node *params,
                        struct obol_arena *arena, struct obol_node *result) OBOL_MUST_USE;
