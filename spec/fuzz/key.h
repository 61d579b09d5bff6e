#pragma once

#include "base/text.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>

/* An RSA pair for the targets, made anew in each run: what is sealed with it opens to the same text
 * under every pair. In base64, as a configuration takes them. */
struct fuzz_pair {
    struct obol_buf private, public;
};

static void fuzz_add_der(struct obol_buf *out, unsigned char *der, int size)
{
    if (size <= 0)
        abort();
    obol_buf_init(out, 1 << 16);
    obol_base64_encode(out, obol_slice((const char *)der, (size_t)size));
    OPENSSL_free(der);
}

static const struct fuzz_pair *fuzz_pair(void)
{
    static struct fuzz_pair pair;
    if (pair.private.size != 0)
        return &pair;
    EVP_PKEY *key = EVP_RSA_gen(1024);
    unsigned char *private = NULL, *public = NULL;
    PKCS8_PRIV_KEY_INFO *wrapped = key != NULL ? EVP_PKEY2PKCS8(key) : NULL;
    if (wrapped == NULL)
        abort();
    int private_size = i2d_PKCS8_PRIV_KEY_INFO(wrapped, &private);
    int public_size = i2d_PUBKEY(key, &public);
    fuzz_add_der(&pair.private, private, private_size);
    fuzz_add_der(&pair.public, public, public_size);
    PKCS8_PRIV_KEY_INFO_free(wrapped);
    EVP_PKEY_free(key);
    return &pair;
}
