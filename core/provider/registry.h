#pragma once

#include "schema/provider.h"

/* The providers that are part of the core. Adding one is its folder and one line in registry.c. */
const struct obol_provider *obol_provider_find(struct obol_slice name);
const struct obol_provider *obol_provider_at(size_t index); /* null beyond the last */

/* Their names, ending with null. */
const char *const *obol_provider_names(void);
