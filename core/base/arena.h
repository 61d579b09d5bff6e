#pragma once

#include "base/attr.h"
#include "base/slice.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * All small memory of one call: taken piece by piece, wiped and given back at once. A request for
 * more than the ceiling returns null, so a hostile reply cannot grow a process.
 */
struct obol_arena {
    struct obol_arena_chunk *newest;
    char *next;     /* what is left of the newest chunk */
    size_t left;    /* its bytes */
    size_t used;    /* bytes handed out */
    size_t ceiling; /* most bytes to hand out */
};

void obol_arena_init(struct obol_arena *arena, size_t ceiling);
void obol_arena_free(struct obol_arena *arena);
/* Wipes it like obol_arena_free, but may keep a chunk for what comes next. */
void obol_arena_clear(struct obol_arena *arena);

enum { OBOL_ALIGNMENT = alignof(max_align_t) };

static inline size_t obol_aligned(size_t size)
{
    return (size + OBOL_ALIGNMENT - 1) & ~(size_t)(OBOL_ALIGNMENT - 1);
}

/* A new chunk with room for `size` bytes; false when memory is short. */
bool obol_arena_extend(struct obol_arena *arena, size_t size) OBOL_MUST_USE;

/* Zeroed, aligned for any type; null past the ceiling or when memory is short. Inline, since most
 * pieces are small, of a size that the compiler knows, and fit. */
static inline OBOL_MUST_USE void *obol_arena_alloc(struct obol_arena *arena, size_t size)
{
    size_t rounded = obol_aligned(size);
    if (size > PTRDIFF_MAX || size > arena->ceiling - arena->used)
        return NULL;
    if (rounded > arena->left && !obol_arena_extend(arena, size))
        return NULL;
    char *memory = arena->next;
    arena->next += rounded;
    arena->left -= rounded;
    arena->used += size;
    return memset(memory, 0, size);
}

/* A copy with a NUL after it (not counted); data is null when memory is short. */
struct obol_slice obol_arena_copy(struct obol_arena *arena, struct obol_slice slice) OBOL_MUST_USE;

/* A formatted text; data is null when memory is short. */
struct obol_slice obol_arena_format(struct obol_arena *arena, const char *format, ...)
    OBOL_PRINTF(2, 3) OBOL_MUST_USE;
