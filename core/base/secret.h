#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * Memory for bytes that must not leak: kept out of core dumps, wiped when given back. Every buffer
 * and arena of the core stands on it, so that a body with a card number is covered without anybody
 * having to remember. Safe from any thread.
 */

/* At least one byte, aligned for any type, not zeroed; null when memory is short. */
void *obol_secret_alloc(size_t size) OBOL_MUST_USE;

/* Wipes all `size` bytes (the size that was asked for) and gives them back; null is ignored. */
void obol_secret_free(void *memory, size_t size);
/* The same for memory of which only the first `used` bytes were ever written. */
void obol_secret_free_used(void *memory, size_t size, size_t used);

/* Whether a sanitizer looks at every block: what is kept for later would hide a late use from it.
 */
bool obol_secret_is_watched(void);

/* Overwrites with zeros; the compiler cannot leave it out. */
static inline void obol_wipe(void *memory, size_t size)
{
    if (size == 0)
        return;
    memset(memory, 0, size);
    __asm__ __volatile__("" : : "r"(memory) : "memory");
}
