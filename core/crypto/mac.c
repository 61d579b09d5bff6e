#include "crypto/mac.h"

#include "base/secret.h"
#include "crypto/digest.h"
#include "crypto/openssl.h"

/*
 * RFC 2104 over OpenSSL's digests. OpenSSL's own HMAC makes three contexts a message, which takes
 * longer than hashing a short one; here one does, for the inner and then for the outer hash.
 */
enum { BLOCK_MAX = 128, INNER = 0x36, OUTER = 0x5C };

/* A key as long as a block, zeros after it; a longer one is hashed first. */
static bool fill_block(const EVP_MD *method, struct obol_slice key, unsigned char *block)
{
    memset(block, 0, BLOCK_MAX);
    if (key.size > (size_t)EVP_MD_get_block_size(method))
        return EVP_Digest(key.data, key.size, block, NULL, method, NULL) == 1;
    if (key.size != 0)
        memcpy(block, key.data, key.size);
    return true;
}

static void flip(unsigned char *block, unsigned char with)
{
    for (size_t i = 0; i < BLOCK_MAX; i++)
        block[i] ^= with;
}

static bool hash_both(EVP_MD_CTX *context, const EVP_MD *method, const unsigned char *block,
                      struct obol_slice data, unsigned char *out, unsigned int *size)
{
    return EVP_DigestInit_ex2(context, method, NULL) == 1 &&
           EVP_DigestUpdate(context, block, (size_t)EVP_MD_get_block_size(method)) == 1 &&
           EVP_DigestUpdate(context, obol_openssl_bytes(data), data.size) == 1 &&
           EVP_DigestFinal_ex(context, out, size) == 1;
}

bool obol_hmac(const char *name, struct obol_slice key, struct obol_slice data, unsigned char *out,
               size_t *size, struct obol_err *err)
{
    int row = obol_digest_row(name, err);
    if (row < 0)
        return false;
    const EVP_MD *method = obol_digest_method(row);
    unsigned char block[BLOCK_MAX], inner[OBOL_DIGEST_MAX];
    unsigned int written = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool worked = context != NULL && fill_block(method, key, block);
    if (worked) {
        flip(block, INNER);
        worked = hash_both(context, method, block, data, inner, &written);
    }
    if (worked) {
        flip(block, INNER ^ OUTER);
        worked = hash_both(context, method, block, obol_slice((const char *)inner, written), out,
                           &written);
    }
    EVP_MD_CTX_free(context);
    obol_wipe(block, sizeof block);
    obol_wipe(inner, sizeof inner);
    *size = written;
    return worked || obol_openssl_fail(err, "compute an hmac");
}
