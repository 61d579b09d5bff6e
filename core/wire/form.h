#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/node.h"

/* application/x-www-form-urlencoded, as the URL Standard of WHATWG writes it. */

/* Appends one pair, with "&" before it unless `out` is empty. */
void obol_form_add(struct obol_buf *out, struct obol_slice name, struct obol_slice value);

/*
 * A map of texts, or null. A name without "=" has an empty value. Refused: names that are empty or
 * come twice, broken percent escapes, raw blanks and control characters, more than 1024 pairs. The
 * decoded bytes may be anything, as a form does not say in which encoding it is.
 */
struct obol_node *obol_form_parse(struct obol_arena *arena, struct obol_slice text,
                                  struct obol_err *err) OBOL_MUST_USE;
