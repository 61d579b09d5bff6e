#include "crypto/padding.h"

#include <limits.h>
#include <string.h>

bool obol_padding_find(const char *name, enum obol_padding *padding, struct obol_err *err)
{
    static const char *const names[] = {
        [OBOL_PADDING_PKCS1] = "pkcs1",
        [OBOL_PADDING_OAEP_SHA1] = "oaep-sha1",
        [OBOL_PADDING_OAEP_SHA256] = "oaep-sha256",
        [OBOL_PADDING_PSS] = "pss",
    };
    for (size_t i = OBOL_PADDING_PKCS1; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            *padding = (enum obol_padding)i;
            return true;
        }
    }
    return obol_fail(err, OBOL_ERR_INVALID, "padding",
                     "expected pkcs1, oaep-sha1, oaep-sha256 or pss");
}

/* Hides a mask's origin from the compiler, which could otherwise turn it back into a branch. */
static size_t barrier(size_t value)
{
    __asm__("" : "+r"(value));
    return value;
}

/* All ones for 0, else 0. */
static size_t zero_mask(size_t value)
{
    return barrier((size_t)0 - ((~value & (value - 1)) >> (sizeof value * CHAR_BIT - 1)));
}

/* All ones where left < right; both below half of the range. */
static size_t less_mask(size_t left, size_t right)
{
    return barrier((size_t)0 - ((left - right) >> (sizeof left * CHAR_BIT - 1)));
}

unsigned obol_padding_strip_encryption(const unsigned char *block, size_t size, size_t *start)
{
    size_t good = zero_mask(block[0]) & zero_mask((size_t)block[1] ^ 2);
    size_t found = 0, after = 0;
    for (size_t i = 2; i < size; i++) {
        size_t first = zero_mask(block[i]) & ~found;
        after |= first & (i + 1);
        found |= first;
    }
    good &= found & ~less_mask(after, OBOL_PADDING_PKCS1_SIZE);
    *start = (after & good) | (OBOL_PADDING_PKCS1_SIZE & ~good);
    return (unsigned)(good & 1);
}

bool obol_padding_strip_signature(const unsigned char *block, size_t size, size_t *start)
{
    size_t at = 2;
    while (at < size && block[at] == 0xFF)
        at++;
    *start = at + 1;
    return size >= OBOL_PADDING_PKCS1_SIZE && block[0] == 0 && block[1] == 1 && at < size &&
           block[at] == 0 && *start >= OBOL_PADDING_PKCS1_SIZE;
}

void obol_padding_add_signature(unsigned char *block, size_t size, const char *message,
                                size_t message_size)
{
    size_t start = size - message_size;
    memset(block, 0xFF, start);
    block[0] = 0;
    block[1] = 1;
    block[start - 1] = 0;
    if (message_size != 0)
        memcpy(block + start, message, message_size);
}
