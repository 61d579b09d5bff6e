#pragma once

#include "base/attr.h"
#include "base/err.h"

#include <stddef.h>

/* How a message is made to fill an RSA key. */
enum obol_padding {
    OBOL_PADDING_DEFAULT,     /* to sign: PKCS1 with an RSA key, nothing with an EC key */
    OBOL_PADDING_PKCS1,       /* RFC 8017 sections 7.2 (encryption) and 8.2 (signatures) */
    OBOL_PADDING_OAEP_SHA1,   /* section 7.1, MGF1 with the same digest, empty label */
    OBOL_PADDING_OAEP_SHA256, /* the same */
    OBOL_PADDING_PSS,         /* section 8.1, MGF1 with the signature's digest */
};

/* "pkcs1", "oaep-sha1", "oaep-sha256", "pss". */
bool obol_padding_find(const char *name, enum obol_padding *padding,
                       struct obol_err *err) OBOL_MUST_USE;

enum { OBOL_PADDING_PKCS1_SIZE = 11 }; /* fewest bytes that PKCS #1 v1.5 adds to a message */

/*
 * Where the message starts in a block that a private key decrypted (00 02, eight or more non-zero
 * bytes, 00, message). Takes the same time for every content, as a peer that can tell good padding
 * from bad can decrypt what it likes. A bad block gives 0, and a `start` that may be used all the
 * same, so that the caller need not branch either.
 */
unsigned obol_padding_strip_encryption(const unsigned char *block, size_t size, size_t *start);

/* The same of a block that a public key recovered (00 01, eight or more FF, 00, message); there is
 * no secret in it. */
bool obol_padding_strip_signature(const unsigned char *block, size_t size, size_t *start);
/* Fills a block of `size` bytes with that padding before a message of at most size - 11 bytes. */
void obol_padding_add_signature(unsigned char *block, size_t size, const char *message,
                                size_t message_size);
