#include "crypto/sign.h"

#include "crypto/digest.h"
#include "crypto/handle.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

static bool check_scheme(const struct obol_key *key, const struct obol_sign_scheme *scheme,
                         size_t digest_size, struct obol_err *err)
{
    if (!key->rsa)
        return scheme->padding == OBOL_PADDING_DEFAULT ||
               obol_fail(err, OBOL_ERR_INVALID, "padding", "expected no padding for an ec key");
    if (scheme->padding == OBOL_PADDING_DEFAULT || scheme->padding == OBOL_PADDING_PKCS1)
        return true;
    if (scheme->padding != OBOL_PADDING_PSS)
        return obol_fail(err, OBOL_ERR_INVALID, "padding", "expected pkcs1 or pss to sign");
    size_t salt = scheme->salt == OBOL_SIGN_SALT_DIGEST ? digest_size : (size_t)scheme->salt;
    size_t room = ((size_t)key->bits - 1 + 7) / 8;
    return room >= digest_size + salt + 2 ||
           obol_fail(err, OBOL_ERR_INVALID, "salt", "expected a salt for which the key has room");
}

static bool set_padding(EVP_PKEY_CTX *context, const struct obol_sign_scheme *scheme)
{
    if (scheme->padding != OBOL_PADDING_PSS)
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    int salt = scheme->salt == OBOL_SIGN_SALT_DIGEST ? RSA_PSS_SALTLEN_DIGEST : scheme->salt;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt) == 1;
}

/* A context for the scheme, ready to sign or to verify; null when OpenSSL refused. */
static EVP_PKEY_CTX *start(const struct obol_key *key, const struct obol_sign_scheme *scheme,
                           int row, int (*init)(EVP_PKEY_CTX *))
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key->handle, NULL);
    if (context != NULL && init(context) == 1 && (!key->rsa || set_padding(context, scheme)) &&
        EVP_PKEY_CTX_set_signature_md(context, obol_digest_method(row)) == 1)
        return context;
    EVP_PKEY_CTX_free(context);
    return NULL;
}

bool obol_sign_make(const struct obol_key *key, const struct obol_sign_scheme *scheme,
                    struct obol_slice data, struct obol_buf *out, struct obol_err *err)
{
    unsigned char hash[OBOL_DIGEST_MAX];
    size_t hash_size = 0, size = key->size;
    int row = obol_digest_row(scheme->digest, err);
    if (row < 0 || !obol_key_need_private(key, err) ||
        !obol_digest(scheme->digest, data, hash, &hash_size, err) ||
        !check_scheme(key, scheme, hash_size, err))
        return false;
    size_t before = out->size;
    unsigned char *room = (unsigned char *)obol_buf_grow(out, size);
    if (room == NULL)
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    EVP_PKEY_CTX *context = start(key, scheme, row, EVP_PKEY_sign_init);
    bool worked = context != NULL && EVP_PKEY_sign(context, room, &size, hash, hash_size) == 1;
    EVP_PKEY_CTX_free(context);
    obol_buf_cut(out, worked ? before + size : before); /* an ec signature may be shorter */
    return worked || obol_openssl_fail(err, "sign");
}

bool obol_sign_verify(const struct obol_key *key, const struct obol_sign_scheme *scheme,
                      struct obol_slice data, struct obol_slice signature, bool *valid,
                      struct obol_err *err)
{
    unsigned char hash[OBOL_DIGEST_MAX];
    size_t hash_size = 0;
    *valid = false;
    int row = obol_digest_row(scheme->digest, err);
    if (row < 0 || !obol_digest(scheme->digest, data, hash, &hash_size, err) ||
        !check_scheme(key, scheme, hash_size, err))
        return false;
    /* OpenSSL takes a PSS signature whose leading zeros were cut off */
    if (signature.size == 0 || (key->rsa && signature.size != key->size))
        return true;
    EVP_PKEY_CTX *context = start(key, scheme, row, EVP_PKEY_verify_init);
    if (context == NULL)
        return obol_openssl_fail(err, "verify");
    *valid = EVP_PKEY_verify(context, obol_openssl_bytes(signature), signature.size, hash,
                             hash_size) == 1;
    EVP_PKEY_CTX_free(context);
    if (!*valid)
        ERR_clear_error();
    return true;
}
