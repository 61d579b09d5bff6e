#pragma once

#include "base/attr.h"
#include "base/slice.h"

/* A cursor over borrowed bytes: parsers move it and never compute with pointers themselves. */
struct obol_reader {
    struct obol_slice input;
    size_t at;
};

static inline struct obol_reader obol_reader(struct obol_slice input)
{
    return (struct obol_reader){.input = input};
}

static inline bool obol_reader_done(const struct obol_reader *reader)
{
    return reader->at >= reader->input.size;
}

/* The byte under the cursor, or -1 at the end. */
static inline int obol_reader_peek(const struct obol_reader *reader)
{
    return obol_reader_done(reader) ? -1 : (unsigned char)reader->input.data[reader->at];
}

/* The byte under the cursor, which moves on, or -1 at the end. */
static inline int obol_reader_take(struct obol_reader *reader)
{
    int byte = obol_reader_peek(reader);
    if (byte >= 0)
        reader->at++;
    return byte;
}

/* Moves past `byte` when it is under the cursor. */
static inline bool obol_reader_skip(struct obol_reader *reader, char byte)
{
    if (obol_reader_peek(reader) != (unsigned char)byte)
        return false;
    reader->at++;
    return true;
}

/* What lies between `from` and the cursor. */
static inline struct obol_slice obol_reader_since(const struct obol_reader *reader, size_t from)
{
    return obol_slice(reader->input.data + from, reader->at - from);
}

/* The bytes up to `stop` (the cursor goes past it), or all that are left when there is none. */
struct obol_slice obol_reader_until(struct obol_reader *reader, char stop);
