#pragma once

#include "schema/provider.h"

/*
 * The schema of the schemas: what every table has to keep to, so that a provider with a hole in it
 * is refused before it takes money. `where` of each problem names operation and row.
 */
void obol_selfcheck(const struct obol_provider *provider, struct obol_problems *problems);
