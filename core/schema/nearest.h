#pragma once

#include "base/slice.h"

/* How many letters have to be put in, taken out or changed to make one of the other; at most 64
 * letters of each are looked at. */
size_t obol_edit_distance(struct obol_slice left, struct obol_slice right);

/* Whether `candidate` is near enough to `word` to be what was meant. */
bool obol_is_near(struct obol_slice word, struct obol_slice candidate, size_t *distance);
