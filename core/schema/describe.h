#pragma once

#include "schema/provider.h"

/* Rows as trees, for documentation and for the command line's help. Null when memory is short. */
struct obol_node *obol_describe_provider(struct obol_arena *arena,
                                         const struct obol_provider *provider) OBOL_MUST_USE;
struct obol_node *obol_describe_operation(struct obol_arena *arena,
                                          const struct obol_provider *provider,
                                          const struct obol_operation *operation) OBOL_MUST_USE;
