#pragma once

#include "schema/types.h"

/*
 * A provider's object as a result, by the rows of a table: each value goes to its row's name in
 * `result`, and is marked as used in `object`. A value that is not what its row says, or a required
 * one that is missing, fails with its path at the provider.
 */
bool obol_decode(const struct obol_reading *reading, const struct obol_field *fields,
                 struct obol_node *object, struct obol_node *result,
                 struct obol_err *err) OBOL_MUST_USE;

/* Puts what no row used into `result` as its member `extra`, unless that is nothing; false when
 * memory is short. */
bool obol_decode_rest(struct obol_arena *arena, const struct obol_node *object,
                      struct obol_node *result) OBOL_MUST_USE;
