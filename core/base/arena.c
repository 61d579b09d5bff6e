#include "base/arena.h"

#include "base/secret.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

enum { CHUNK = 8 * 1024 };

struct obol_arena_chunk {
    struct obol_arena_chunk *older;
    size_t size; /* of the whole block, this header included */
    size_t used;
    alignas(max_align_t) char bytes[];
};

void obol_arena_init(struct obol_arena *arena, size_t ceiling)
{
    *arena = (struct obol_arena){.ceiling = ceiling};
}

/* What was handed out of the newest chunk, for its wiping. */
static void note_used(struct obol_arena *arena)
{
    if (arena->newest != NULL)
        arena->newest->used = (size_t)(arena->next - arena->newest->bytes);
}

/* Gives back the chunks that are newer than the first one, which is returned. */
static struct obol_arena_chunk *free_newer(struct obol_arena *arena)
{
    note_used(arena);
    struct obol_arena_chunk *chunk = arena->newest;
    while (chunk != NULL && chunk->older != NULL) {
        struct obol_arena_chunk *older = chunk->older;
        obol_secret_free_used(chunk, chunk->size, sizeof *chunk + chunk->used);
        chunk = older;
    }
    return chunk;
}

static void free_chunk(struct obol_arena_chunk *chunk)
{
    if (chunk != NULL)
        obol_secret_free_used(chunk, chunk->size, sizeof *chunk + chunk->used);
}

void obol_arena_free(struct obol_arena *arena)
{
    free_chunk(free_newer(arena));
    *arena = (struct obol_arena){.ceiling = arena->ceiling};
}

void obol_arena_clear(struct obol_arena *arena)
{
    struct obol_arena_chunk *first = free_newer(arena);
    *arena = (struct obol_arena){.ceiling = arena->ceiling};
    if (first == NULL || first->size != CHUNK || obol_secret_is_watched()) {
        free_chunk(first);
        return;
    }
    obol_wipe(first->bytes, first->used);
    first->used = 0;
    arena->newest = first;
    arena->next = first->bytes;
    arena->left = CHUNK - sizeof *first;
}

bool obol_arena_extend(struct obol_arena *arena, size_t size)
{
    size_t whole = sizeof(struct obol_arena_chunk) + obol_aligned(size);
    if (whole < CHUNK)
        whole = CHUNK;
    struct obol_arena_chunk *chunk = obol_secret_alloc(whole);
    if (chunk == NULL)
        return false;
    chunk->older = arena->newest;
    chunk->size = whole;
    note_used(arena);
    arena->newest = chunk;
    arena->next = chunk->bytes;
    arena->left = whole - sizeof *chunk;
    return true;
}

struct obol_slice obol_arena_copy(struct obol_arena *arena, struct obol_slice slice)
{
    char *copy = obol_arena_alloc(arena, slice.size + 1);
    if (copy == NULL)
        return obol_slice(NULL, 0);
    if (slice.size != 0)
        memcpy(copy, slice.data, slice.size);
    return obol_slice(copy, slice.size);
}

struct obol_slice obol_arena_format(struct obol_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = size < 0 ? NULL : obol_arena_alloc(arena, (size_t)size + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return obol_slice(text, text != NULL ? (size_t)size : 0);
}
