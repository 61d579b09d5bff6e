#include "base/arena.h"

#include "base/secret.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

enum { CHUNK = 8 * 1024, ALIGNMENT = alignof(max_align_t) };

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

void obol_arena_free(struct obol_arena *arena)
{
    struct obol_arena_chunk *chunk = arena->newest;
    while (chunk != NULL) {
        struct obol_arena_chunk *older = chunk->older;
        obol_secret_free_used(chunk, chunk->size, sizeof *chunk + chunk->used);
        chunk = older;
    }
    arena->newest = NULL;
    arena->used = 0;
}

static struct obol_arena_chunk *add_chunk(struct obol_arena *arena, size_t least)
{
    size_t size = sizeof(struct obol_arena_chunk) + least;
    if (size < CHUNK)
        size = CHUNK;
    struct obol_arena_chunk *chunk = obol_secret_alloc(size);
    if (chunk == NULL)
        return NULL;
    chunk->older = arena->newest;
    chunk->size = size;
    chunk->used = 0;
    arena->newest = chunk;
    return chunk;
}

void *obol_arena_alloc(struct obol_arena *arena, size_t size)
{
    if (size > arena->ceiling - arena->used)
        return NULL;
    size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    struct obol_arena_chunk *chunk = arena->newest;
    if (chunk == NULL || chunk->size - sizeof *chunk - chunk->used < rounded) {
        chunk = add_chunk(arena, rounded);
        if (chunk == NULL)
            return NULL;
    }
    void *memory = chunk->bytes + chunk->used;
    chunk->used += rounded;
    arena->used += size;
    memset(memory, 0, size);
    return memory;
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
