#pragma once

#include "schema/operation.h"

/* The first row that fits a reply, or null. `root` is null when the reply holds no JSON object:
 * then only rows about the HTTP status can fit. */
const struct obol_outcome_row *obol_outcome_match(const struct obol_outcome_row *rows,
                                                  const struct obol_node *root, int status);

/* Whether a row's place is the status line rather than the body. */
bool obol_is_http_status(const char *at);
