#include "crypto/rsa.h"

#include "base/secret.h"
#include "crypto/handle.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

/* Each block costs a private operation, so work on what anybody may send is bounded. Every padding
 * leaves a message at least 2/5 of a block. */
enum { TEXT_MAX = OBOL_CEILING_SMALL, SEALED_MAX = 3 * TEXT_MAX };

static bool memory_fail(struct obol_err *err)
{
    return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
}

static bool too_long(struct obol_slice plain, struct obol_err *err)
{
    return plain.size > TEXT_MAX &&
           !obol_fail(err, OBOL_ERR_INVALID, "plain", "expected at most 64 KiB");
}

/* Whether sealed bytes are one or more blocks, and not too many. */
static bool is_whole(const struct obol_key *key, struct obol_slice sealed)
{
    return sealed.size != 0 && sealed.size % key->size == 0 && sealed.size <= SEALED_MAX;
}

/* One text for every way in which decryption can fail: a second one would be an oracle. */
static bool decrypt_fail(struct obol_err *err)
{
    ERR_clear_error();
    return obol_fail(err, OBOL_ERR_INVALID, "sealed", "could not be decrypted with this key");
}

static bool set_oaep(EVP_PKEY_CTX *context, int row)
{
    const EVP_MD *digest = obol_digest_method(row);
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1;
}

/* A context without padding of OpenSSL's, or, for a digest's row, with OAEP. */
static EVP_PKEY_CTX *start(const struct obol_key *key, int (*init)(EVP_PKEY_CTX *), int padding,
                           int oaep_row)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key->handle, NULL);
    if (context != NULL && init(context) == 1 &&
        (oaep_row >= 0 ? set_oaep(context, oaep_row)
                       : EVP_PKEY_CTX_set_rsa_padding(context, padding) == 1))
        return context;
    EVP_PKEY_CTX_free(context);
    return NULL;
}

/* The digest's row of an OAEP padding, -1 for PKCS1; false where neither is asked for. */
static bool find_oaep(enum obol_padding padding, int *row, size_t *overhead, struct obol_err *err)
{
    *row = -1;
    *overhead = OBOL_PADDING_PKCS1_SIZE;
    if (padding == OBOL_PADDING_PKCS1)
        return true;
    if (padding != OBOL_PADDING_OAEP_SHA1 && padding != OBOL_PADDING_OAEP_SHA256)
        return obol_fail(err, OBOL_ERR_INVALID, "padding",
                         "expected pkcs1, oaep-sha1 or oaep-sha256 to encrypt");
    *row = obol_digest_row(padding == OBOL_PADDING_OAEP_SHA1 ? "sha1" : "sha256", err);
    if (*row < 0)
        return false;
    *overhead = 2 * (size_t)EVP_MD_get_size(obol_digest_method(*row)) + 2;
    return true;
}

bool obol_rsa_encrypt(const struct obol_key *key, enum obol_padding padding,
                      struct obol_slice plain, struct obol_buf *out, struct obol_err *err)
{
    int row = -1;
    size_t overhead = 0;
    if (!obol_key_need_rsa(key, err) || !find_oaep(padding, &row, &overhead, err) ||
        too_long(plain, err))
        return false;
    EVP_PKEY_CTX *context = start(key, EVP_PKEY_encrypt_init, RSA_PKCS1_PADDING, row);
    bool worked = context != NULL;
    size_t segment = key->size - overhead, at = 0;
    do {
        size_t size = key->size;
        size_t part = plain.size - at < segment ? plain.size - at : segment;
        struct obol_slice message = obol_slice(part != 0 ? plain.data + at : NULL, part);
        unsigned char *room = worked ? (unsigned char *)obol_buf_grow(out, key->size) : NULL;
        worked = room != NULL &&
                 EVP_PKEY_encrypt(context, room, &size, obol_openssl_bytes(message), part) == 1 &&
                 size == key->size;
        at += part;
    } while (worked && at < plain.size);
    EVP_PKEY_CTX_free(context);
    if (out->failed)
        return memory_fail(err);
    return worked || obol_openssl_fail(err, "encrypt");
}

/* Decrypts one block into `block` and tells where its message is. Bad PKCS #1 padding shows only in
 * `good`, and costs the same time; the result is false where OpenSSL itself refused. */
static bool open_block(EVP_PKEY_CTX *context, const struct obol_key *key, bool oaep,
                       const unsigned char *sealed, unsigned char *block,
                       struct obol_slice *message, unsigned *good)
{
    size_t size = key->size, start_at = 0;
    if (EVP_PKEY_decrypt(context, block, &size, sealed, key->size) != 1)
        return false;
    if (!oaep) {
        if (size != key->size)
            return false;
        *good &= obol_padding_strip_encryption(block, size, &start_at);
    }
    *message = obol_slice((const char *)block + start_at, size - start_at);
    return true;
}

bool obol_rsa_decrypt(const struct obol_key *key, enum obol_padding padding,
                      struct obol_slice sealed, struct obol_buf *out, struct obol_err *err)
{
    int row = -1;
    size_t overhead = 0, before = out->size;
    if (!obol_key_need_rsa(key, err) || !obol_key_need_private(key, err) ||
        !find_oaep(padding, &row, &overhead, err))
        return false;
    if (!is_whole(key, sealed))
        return decrypt_fail(err);
    unsigned char *block = obol_secret_alloc(key->size);
    if (block == NULL)
        return memory_fail(err);
    EVP_PKEY_CTX *context = row < 0 ? EVP_PKEY_CTX_dup(key->decryption)
                                    : start(key, EVP_PKEY_decrypt_init, RSA_NO_PADDING, row);
    bool ready = context != NULL, opened = ready;
    unsigned good = 1;
    for (size_t at = 0; opened && at < sealed.size; at += key->size) {
        struct obol_slice message = {0};
        opened = open_block(context, key, row >= 0, (const unsigned char *)sealed.data + at, block,
                            &message, &good);
        if (opened)
            obol_buf_add(out, message);
    }
    EVP_PKEY_CTX_free(context);
    obol_secret_free(block, key->size);
    if (!ready)
        return obol_openssl_fail(err, "decrypt");
    if (out->failed)
        return memory_fail(err);
    if (opened && good == 1)
        return true;
    obol_buf_cut(out, before);
    return decrypt_fail(err);
}

bool obol_rsa_private_encrypt(const struct obol_key *key, struct obol_slice plain,
                              struct obol_buf *out, struct obol_err *err)
{
    if (!obol_key_need_rsa(key, err) || !obol_key_need_private(key, err) || too_long(plain, err))
        return false;
    unsigned char *block = obol_secret_alloc(key->size);
    if (block == NULL)
        return memory_fail(err);
    EVP_PKEY_CTX *context = start(key, EVP_PKEY_sign_init, RSA_NO_PADDING, -1);
    bool worked = context != NULL;
    size_t segment = key->size - OBOL_PADDING_PKCS1_SIZE, at = 0;
    do {
        size_t size = key->size;
        size_t part = plain.size - at < segment ? plain.size - at : segment;
        unsigned char *room = worked ? (unsigned char *)obol_buf_grow(out, size) : NULL;
        if (room == NULL)
            break;
        obol_padding_add_signature(block, size, part != 0 ? plain.data + at : NULL, part);
        worked = EVP_PKEY_sign(context, room, &size, block, key->size) == 1 && size == key->size;
        at += part;
    } while (worked && at < plain.size);
    EVP_PKEY_CTX_free(context);
    obol_secret_free(block, key->size);
    if (out->failed)
        return memory_fail(err);
    return worked || obol_openssl_fail(err, "encrypt");
}

bool obol_rsa_public_recover(const struct obol_key *key, struct obol_slice sealed,
                             struct obol_buf *out, struct obol_err *err)
{
    static const char refused[] = "was not made with this key";
    if (!obol_key_need_rsa(key, err))
        return false;
    if (!is_whole(key, sealed))
        return obol_fail(err, OBOL_ERR_SIGNATURE, "sealed", refused);
    unsigned char *block = obol_secret_alloc(key->size);
    if (block == NULL)
        return memory_fail(err);
    EVP_PKEY_CTX *context = start(key, EVP_PKEY_verify_recover_init, RSA_NO_PADDING, -1);
    bool ready = context != NULL, opened = ready;
    size_t before = out->size;
    for (size_t at = 0; opened && at < sealed.size; at += key->size) {
        size_t size = key->size, start_at = 0;
        opened = EVP_PKEY_verify_recover(context, block, &size,
                                         (const unsigned char *)sealed.data + at, key->size) == 1 &&
                 size == key->size && obol_padding_strip_signature(block, size, &start_at);
        if (opened)
            obol_buf_add(out, obol_slice((const char *)block + start_at, size - start_at));
    }
    EVP_PKEY_CTX_free(context);
    obol_secret_free(block, key->size);
    if (!ready)
        return obol_openssl_fail(err, "recover");
    if (out->failed)
        return memory_fail(err);
    if (opened)
        return true;
    ERR_clear_error();
    obol_buf_cut(out, before);
    return obol_fail(err, OBOL_ERR_SIGNATURE, "sealed", refused);
}
