#pragma once

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * Authenticated encryption: aes-128-gcm and aes-256-gcm, with the tag of 16 bytes at the end of the
 * sealed bytes. A nonce is sealed with at most once for each key.
 */
enum {
    OBOL_CIPHER_TAG = 16,
    OBOL_CIPHER_NONCE = 12, /* the one size that is sealed with: others are hashed and collide */
    OBOL_CIPHER_NONCE_MAX = 16, /* the longest that is opened: a provider chooses its own */
};

struct obol_cipher_call {
    const char *name;
    struct obol_slice key;
    struct obol_slice nonce;
    struct obol_slice aad;  /* authenticated, not encrypted; may be empty */
    struct obol_slice text; /* plain to seal, sealed to open */
};

/* Both append to `out`, which is left as it was when they fail. Whatever is wrong with sealed
 * bytes, opening gives one and the same error. */
bool obol_cipher_seal(const struct obol_cipher_call *call, struct obol_buf *out,
                      struct obol_err *err) OBOL_MUST_USE;
bool obol_cipher_open(const struct obol_cipher_call *call, struct obol_buf *out,
                      struct obol_err *err) OBOL_MUST_USE;
