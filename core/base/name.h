#pragma once

#include "base/slice.h"

/* Names of members, made ready to be looked for. */

/* Two names of different keys differ. Names of one document often begin alike: their ends tell them
 * apart. */
static inline uint32_t obol_name_key(struct obol_slice name)
{
    size_t word = sizeof(uint64_t);
    uint64_t end = name.size >= word ? obol_word_load(name.data + name.size - word)
                                     : obol_word_load_few(name.data, name.size);
    end = (end ^ name.size) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(end >> 32);
}

static inline uint64_t obol_name_bit(uint32_t key)
{
    return UINT64_C(1) << (key >> 26);
}

/* A name and its key, for whoever looks for the same one again and again. */
struct obol_name {
    struct obol_slice text;
    uint32_t key;
};

/* Inline, so that the compiler works out the key of a literal. */
static inline struct obol_name obol_name(struct obol_slice text)
{
    return (struct obol_name){.text = text, .key = obol_name_key(text)};
}
