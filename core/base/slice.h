#pragma once

#include "base/word.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Inline, since most names differ in their first letter. */
static inline bool obol_text_starts(const char *text, const char *prefix)
{
    while (*prefix != '\0')
        if (*text++ != *prefix++)
            return false;
    return true;
}

/* Borrowed bytes: never freed through this, may hold NUL. */
struct obol_slice {
    const char *data;
    size_t size;
};

static inline struct obol_slice obol_slice(const char *data, size_t size)
{
    return (struct obol_slice){.data = data, .size = size};
}

static inline struct obol_slice obol_slice_text(const char *text)
{
    return obol_slice(text, text != NULL ? strlen(text) : 0);
}

/* Not for secrets: obol_crypto_equal compares those in constant time. Inline and by words, since
 * most are names, and short. */
static inline bool obol_slice_equal(struct obol_slice left, struct obol_slice right)
{
    size_t size = left.size, word = sizeof(uint64_t);
    if (size != right.size)
        return false;
    if (size < word)
        return obol_word_load_few(left.data, size) == obol_word_load_few(right.data, size);
    for (size_t i = 0; i < size - word; i += word)
        if (obol_word_load(left.data + i) != obol_word_load(right.data + i))
            return false;
    return obol_word_load(left.data + size - word) == obol_word_load(right.data + size - word);
}

static inline bool obol_slice_is(struct obol_slice slice, const char *text)
{
    return obol_slice_equal(slice, obol_slice_text(text));
}

bool obol_slice_starts(struct obol_slice slice, const char *prefix);
int obol_slice_compare_whole(struct obol_slice left, struct obol_slice right);

/* Bytewise order, the shorter first where one begins the other: <0, 0, >0. */
static inline int obol_slice_compare(struct obol_slice left, struct obol_slice right)
{
    if (left.size != 0 && right.size != 0 && left.data[0] != right.data[0])
        return (unsigned char)left.data[0] - (unsigned char)right.data[0];
    return obol_slice_compare_whole(left, right);
}
