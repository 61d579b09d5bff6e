#pragma once

#include "base/node.h"

/*
 * Whether a name stands twice among the members of `map`, by sorting, so that no choice of names
 * makes it slow. `repeated` is the later of two members with one name, or null. False when memory
 * is short.
 */
bool obol_names_repeated(struct obol_arena *arena, const struct obol_node *map,
                         const struct obol_node **repeated) OBOL_MUST_USE;
