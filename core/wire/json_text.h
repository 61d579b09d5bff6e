#pragma once

#include "base/arena.h"
#include "base/reader.h"

/* How many bytes at the start of a text can stand in JSON as they are; with `ascii`, only as far as
 * they are ASCII. */
size_t obol_json_plain_length(struct obol_slice text, bool ascii);

/*
 * Reads the quoted text under the cursor, which has to stand on its opening quote: borrowed from
 * the input, or decoded into the arena when it holds escapes. Returns null, or what is wrong, with
 * `at` set to where.
 */
const char *obol_json_read_text(struct obol_arena *arena, struct obol_reader *in,
                                struct obol_slice *text, size_t *at) OBOL_MUST_USE;
