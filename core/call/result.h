#pragma once

#include "call/account.h"

/* What an outcome table said of a reply. */
struct obol_verdict {
    enum obol_outcome outcome;
    const struct obol_outcome_row *row; /* null: no row fits */
    struct obol_node *root;
    int http_status;
};

/* Adds to a result what does not come from the operation's rows: outcome and state, the provider's
 * code and text, the action's type, the picked item, what was compared, what is left over. */
bool obol_result_finish(const struct obol_provider *provider,
                        const struct obol_operation *operation, struct obol_verdict *verdict,
                        const struct obol_node *expect, struct obol_arena *arena,
                        struct obol_node *result) OBOL_MUST_USE;
