#pragma once

#include "base/attr.h"
#include "base/slice.h"

#include <stddef.h>

/*
 * All small memory of one call: taken piece by piece, wiped and given back at once. A request for
 * more than the ceiling returns null, so a hostile reply cannot grow a process.
 */
struct obol_arena {
    struct obol_arena_chunk *newest;
    size_t used;    /* bytes handed out */
    size_t ceiling; /* most bytes to hand out */
};

void obol_arena_init(struct obol_arena *arena, size_t ceiling);
void obol_arena_free(struct obol_arena *arena);

/* Zeroed, aligned for any type; null past the ceiling or when memory is short. */
void *obol_arena_alloc(struct obol_arena *arena, size_t size) OBOL_MUST_USE;

/* A copy with a NUL after it (not counted); data is null when memory is short. */
struct obol_slice obol_arena_copy(struct obol_arena *arena, struct obol_slice slice) OBOL_MUST_USE;

/* A formatted text; data is null when memory is short. */
struct obol_slice obol_arena_format(struct obol_arena *arena, const char *format, ...)
    OBOL_PRINTF(2, 3) OBOL_MUST_USE;
