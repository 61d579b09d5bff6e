#include "crypto/mac.h"

#include "crypto/digest.h"
#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <pthread.h>

/*
 * One context a digest, ready but for the key: a copy is several times as fast as setting the
 * digest by name. They are only ever read after they were made, so threads may share them.
 */
static EVP_MAC_CTX *patterns[OBOL_DIGEST_COUNT];
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void make_pattern(EVP_MAC *mac, int row)
{
    /* the digest's name lives in a constant; OSSL_PARAM only lacks the const */
    char name[16] = {0};
    const char *known = EVP_MD_get0_name(obol_digest_method(row));
    if (known == NULL || strlen(known) >= sizeof name)
        return;
    memcpy(name, known, strlen(known));
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end()};
    /* a context without a key cannot be copied, so it gets one that every copy replaces */
    static const unsigned char no_key[1] = {0};
    EVP_MAC_CTX *pattern = EVP_MAC_CTX_new(mac);
    if (pattern != NULL && EVP_MAC_init(pattern, no_key, sizeof no_key, parameters) == 1)
        patterns[row] = pattern;
    else
        EVP_MAC_CTX_free(pattern);
}

static void make_patterns(void)
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    for (int row = 0; mac != NULL && row < OBOL_DIGEST_COUNT; row++)
        if (obol_digest_method(row) != NULL)
            make_pattern(mac, row);
    EVP_MAC_free(mac);
    ERR_clear_error();
}

bool obol_hmac(const char *name, struct obol_slice key, struct obol_slice data, unsigned char *out,
               size_t *size, struct obol_err *err)
{
    int row = obol_digest_row(name, err);
    if (row < 0)
        return false;
    pthread_once(&made, make_patterns);
    EVP_MAC_CTX *context = patterns[row] != NULL ? EVP_MAC_CTX_dup(patterns[row]) : NULL;
    bool worked = context != NULL &&
                  EVP_MAC_init(context, obol_openssl_bytes(key), key.size, NULL) == 1 &&
                  EVP_MAC_update(context, obol_openssl_bytes(data), data.size) == 1 &&
                  EVP_MAC_final(context, out, size, OBOL_DIGEST_MAX) == 1;
    EVP_MAC_CTX_free(context);
    return worked || obol_openssl_fail(err, "compute an hmac");
}
