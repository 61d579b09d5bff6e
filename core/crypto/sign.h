#pragma once

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/key.h"
#include "crypto/padding.h"

enum { OBOL_SIGN_SALT_DIGEST = -1, OBOL_SIGN_SALT_MAX = 512 };

/* How data is signed. RSA: PKCS1 or PSS; an EC key takes no padding, and its signature is DER. */
struct obol_sign_scheme {
    const char *digest;
    enum obol_padding padding;
    int salt; /* bytes of PSS, or OBOL_SIGN_SALT_DIGEST for the length of the digest */
};

/* Appends the signature of `data`. */
bool obol_sign_make(const struct obol_key *key, const struct obol_sign_scheme *scheme,
                    struct obol_slice data, struct obol_buf *out,
                    struct obol_err *err) OBOL_MUST_USE;

/* Fails only for what the caller got wrong; whatever is wrong with the signature, it is not valid.
 * A PSS salt has to be of exactly the scheme's length. */
bool obol_sign_verify(const struct obol_key *key, const struct obol_sign_scheme *scheme,
                      struct obol_slice data, struct obol_slice signature, bool *valid,
                      struct obol_err *err) OBOL_MUST_USE;
