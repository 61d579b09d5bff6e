#pragma once

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"

/*
 * An RSA or EC key. It does not change once it is open, so threads may share it. The numbers of a
 * private key live in OpenSSL's own memory, wiped when the key is freed.
 */
struct obol_key;

enum { OBOL_KEY_RSA_MIN = 1024, OBOL_KEY_RSA_MAX = 16384, OBOL_KEY_EC_MIN = 224 }; /* bits */

/*
 * `text` is PEM (its first key or certificate counts), DER, or the base64 of DER: a private key
 * (PKCS #8, also encrypted, PKCS #1 or SEC 1), a public key (SPKI or PKCS #1) or a certificate,
 * whose dates and issuer are not judged. `passphrase` opens an encrypted key; its data is null when
 * there is none.
 */
bool obol_key_open(struct obol_slice text, struct obol_slice passphrase, struct obol_key **key,
                   struct obol_err *err) OBOL_MUST_USE;
void obol_key_free(struct obol_key *key);

int obol_key_bits(const struct obol_key *key);
const char *obol_key_type(const struct obol_key *key); /* "rsa" or "ec" */
bool obol_key_is_private(const struct obol_key *key);
