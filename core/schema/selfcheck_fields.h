#pragma once

#include "schema/provider.h"

/* The rules for the rows of one table; `request` for what a caller fills in. */
void obol_selfcheck_fields(const struct obol_field *fields, bool request, const char *where,
                           struct obol_problems *problems);
