#pragma once

#include "call/account.h"

/* notification -> event. The error is the same for whatever is not proven. */
bool obol_call_open(const struct obol_account *account, const struct obol_incoming *incoming,
                    struct obol_node *event, struct obol_err *err) OBOL_MUST_USE;

/* The same of one that was opened and judged elsewhere. */
bool obol_call_opened(const struct obol_account *account, const struct obol_opened *opened,
                      struct obol_arena *arena, struct obol_node *event,
                      struct obol_err *err) OBOL_MUST_USE;

struct obol_answer_to {
    int status;
    const char *content_type;
    struct obol_slice body;
};

/* What to answer, by word: accepted, later, refused; false for another word. The configuration's
 * `acknowledge.status` and `acknowledge.body` stand in for those of `accepted`. */
bool obol_call_acknowledge(const struct obol_account *account, const char *word,
                           struct obol_answer_to *answer) OBOL_MUST_USE;
