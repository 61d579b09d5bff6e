#pragma once

#include "base/node.h"

/* A tree of its own in `arena`, bytes included; null when it does not fit. */
struct obol_node *obol_node_copy(struct obol_arena *arena, const struct obol_node *node);
