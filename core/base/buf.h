#pragma once

#include "base/attr.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A growing buffer with a ceiling. An append that fails frees and wipes everything and marks the
 * buffer; later appends do nothing, so a writer checks `failed` once, at its end. Only the first
 * `size` bytes are wiped at its end, so what is shortened is shortened by obol_buf_cut.
 */
struct obol_buf {
    char *data;
    size_t size;
    size_t capacity;
    size_t ceiling;
    bool failed;
};

/* The ceilings of the core, together, so that they can be weighed against each other. */
enum {
    OBOL_CEILING_REQUEST = 4 * 1024 * 1024, /* one request body or URL */
    OBOL_CEILING_REPLY =
        8 * 1024 * 1024,            /* one reply body, and what is decoded from it twice over */
    OBOL_CEILING_SMALL = 64 * 1024, /* a header, a sign input, an error list */
};

void obol_buf_init(struct obol_buf *buf, size_t ceiling);
void obol_buf_free(struct obol_buf *buf);
void obol_buf_add_text(struct obol_buf *buf, const char *text);
void obol_buf_add_format(struct obol_buf *buf, const char *format, ...) OBOL_PRINTF(2, 3);
bool obol_buf_reserve(struct obol_buf *buf, size_t more) OBOL_MUST_USE; /* false when it failed */
void obol_buf_clear(struct obol_buf *buf);            /* size 0, contents wiped, memory kept */
void obol_buf_cut(struct obol_buf *buf, size_t size); /* back to that size, the rest wiped */

/* Room for `size` more bytes at the end, to be written by the caller; null when it failed. Inline,
 * since most pieces fit. */
static inline OBOL_MUST_USE char *obol_buf_grow(struct obol_buf *buf, size_t size)
{
    bool fits = size < buf->capacity - buf->size && size <= buf->ceiling - buf->size;
    if (!fits && !obol_buf_reserve(buf, size))
        return NULL;
    char *room = buf->data + buf->size;
    buf->size += size;
    return room;
}

static inline void obol_buf_add(struct obol_buf *buf, struct obol_slice slice)
{
    char *room = slice.size != 0 ? obol_buf_grow(buf, slice.size) : NULL;
    if (room != NULL)
        memcpy(room, slice.data, slice.size);
}

static inline struct obol_slice obol_buf_slice(const struct obol_buf *buf)
{
    return obol_slice(buf->data, buf->size);
}

static inline void obol_buf_add_byte(struct obol_buf *buf, char byte)
{
    if (buf->size < buf->capacity && buf->size < buf->ceiling)
        buf->data[buf->size++] = byte;
    else
        obol_buf_add(buf, obol_slice(&byte, 1));
}
