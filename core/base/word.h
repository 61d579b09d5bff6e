#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Eight bytes looked at together, for scans of text that seldom find anything. */

/* A word of which each byte is this one. */
#define OBOL_EACH(byte) ((uint64_t)(unsigned char)(byte)*0x0101010101010101U)

static inline uint64_t obol_word_load(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Up to seven bytes; the others are letters. */
static inline uint64_t obol_word_load_few(const char *bytes, size_t count)
{
    uint32_t low = 0x61616161, high = 0x61616161;
    uint16_t pair[2];
    if (count >= sizeof low) {
        memcpy(&low, bytes, sizeof low);
        memcpy(&high, bytes + count - sizeof high, sizeof high);
    } else if (count >= sizeof pair[0]) {
        memcpy(&pair[0], bytes, sizeof pair[0]);
        memcpy(&pair[1], bytes + count - sizeof pair[1], sizeof pair[1]);
        low = (uint32_t)pair[0] << 16 | pair[1];
    } else if (count == 1) {
        low = (low & ~(uint32_t)0xFF) | (unsigned char)bytes[0];
    }
    return (uint64_t)high << 32 | low;
}

/* The questions below answer with a word that is 0 when no byte is meant. */

static inline uint64_t obol_word_high(uint64_t word) /* 0x80 and above */
{
    return word & OBOL_EACH(0x80);
}

static inline uint64_t obol_word_below(uint64_t word, char bound) /* 0x80 at most */
{
    return (word - OBOL_EACH(bound)) & ~word & OBOL_EACH(0x80);
}

/* Other than a letter or a hyphen. */
static inline uint64_t obol_word_no_name(uint64_t word)
{
    uint64_t low = (word | OBOL_EACH(0x20)) & OBOL_EACH(0x7F);
    uint64_t letters = (low + OBOL_EACH(0x80 - 'a')) & ~(low + OBOL_EACH(0x7F - 'z'));
    uint64_t hyphens = ~(((word ^ OBOL_EACH('-')) & OBOL_EACH(0x7F)) + OBOL_EACH(0x7F));
    return (~(letters | hyphens) | word) & OBOL_EACH(0x80);
}

static inline uint64_t obol_word_has(uint64_t word, char byte)
{
    return obol_word_below(word ^ OBOL_EACH(byte), 1);
}
