#pragma once

#include "call/account.h"

/* notification -> event. The error is the same for whatever is not proven. */
bool obol_call_open(const struct obol_account *account, const struct obol_incoming *incoming,
                    struct obol_node *event, struct obol_err *err) OBOL_MUST_USE;

/* What to answer, by word: accepted, later, refused; null for another word. */
const struct obol_acknowledgement *obol_call_acknowledge(const struct obol_account *account,
                                                         const char *word);
