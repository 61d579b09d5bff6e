#pragma once

#include "crypto/key.h"
#include "crypto/openssl.h"

/* A key from within: for the files of this folder that work with one. */
struct obol_key {
    EVP_PKEY *handle;
    EVP_PKEY_CTX *decryption; /* of a private RSA key: without padding; only ever copied, as that
                                 costs 1/20 of making one */
    size_t size;              /* bytes of a block or of the longest signature */
    int bits;
    bool rsa; /* else EC */
    bool is_private;
};

/* Each fails with the error filled in unless the key is of that sort. */
bool obol_key_need_rsa(const struct obol_key *key, struct obol_err *err) OBOL_MUST_USE;
bool obol_key_need_private(const struct obol_key *key, struct obol_err *err) OBOL_MUST_USE;

/* Reads DER of any sort that obol_key_open takes; null, with the error filled in, for all else. */
EVP_PKEY *obol_key_parse(struct obol_slice der, struct obol_slice passphrase, bool *is_private,
                         struct obol_err *err) OBOL_MUST_USE;
