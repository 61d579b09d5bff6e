#pragma once

#include "schema/provider.h"

/* The rules for the rows of one table; `request` for what a caller fills in. */
void obol_selfcheck_fields(const struct obol_field *fields, bool request, const char *where,
                           struct obol_problems *problems);

/* Whether the sample of a row of one value passes the check of a caller's value. */
bool obol_sample_passes(struct obol_arena *arena, const struct obol_field *field);
