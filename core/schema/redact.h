#pragma once

#include "schema/field.h"

/*
 * A copy of what a caller gave that may be shown to anybody: secrets become a fixed mark, personal
 * values are shortened, and what no row knows is not shown at all. It looks at the input as it
 * came, so that it works on what failed its checks too. Null when memory is short.
 */
struct obol_node *obol_redact(struct obol_arena *arena, const struct obol_field *fields,
                              const struct obol_node *params) OBOL_MUST_USE;
