#pragma once

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/key.h"
#include "crypto/padding.h"

/*
 * RSA over messages of any length: cut into segments that fit the key, each of which becomes a
 * block of the key's size. All append to `out`. Whatever is wrong with sealed bytes, decryption
 * gives one and the same error, under every version of OpenSSL: PKCS #1 v1.5 padding is checked
 * here, as newer versions answer bad padding with made-up bytes instead of an error.
 */

/* With the public half; PKCS1 or OAEP. An empty message becomes one block. */
bool obol_rsa_encrypt(const struct obol_key *key, enum obol_padding padding,
                      struct obol_slice plain, struct obol_buf *out,
                      struct obol_err *err) OBOL_MUST_USE;
bool obol_rsa_decrypt(const struct obol_key *key, enum obol_padding padding,
                      struct obol_slice sealed, struct obol_buf *out,
                      struct obol_err *err) OBOL_MUST_USE;

/* The old way round, with PKCS #1 v1.5 padding of type 1: anybody who has the public key can read
 * what the private key encrypted, and knows who did. */
bool obol_rsa_private_encrypt(const struct obol_key *key, struct obol_slice plain,
                              struct obol_buf *out, struct obol_err *err) OBOL_MUST_USE;
bool obol_rsa_public_recover(const struct obol_key *key, struct obol_slice sealed,
                             struct obol_buf *out, struct obol_err *err) OBOL_MUST_USE;
