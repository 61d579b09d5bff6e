#include "crypto/cipher.h"

#include "crypto/openssl.h"

#include <limits.h>
#include <openssl/err.h>
#include <pthread.h>

enum { CIPHERS = 2, TEXT_MAX = INT_MAX / 2 };

static const struct row {
    const char *name;
    size_t key_size;
} rows[CIPHERS] = {{"aes-128-gcm", 16}, {"aes-256-gcm", 32}};
static EVP_CIPHER *methods[CIPHERS];
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void fetch_methods(void)
{
    for (int row = 0; row < CIPHERS; row++)
        methods[row] = EVP_CIPHER_fetch(NULL, rows[row].name, NULL);
    ERR_clear_error();
}

static bool in_range(size_t size, size_t least, size_t most)
{
    return size >= least && size <= most;
}

/* The method for the call; null, with the error filled in, where the caller erred. */
static const EVP_CIPHER *check_call(const struct obol_cipher_call *call, struct obol_err *err)
{
    int row = 0;
    while (row < CIPHERS && strcmp(rows[row].name, call->name) != 0)
        row++;
    if (row == CIPHERS)
        obol_fail(err, OBOL_ERR_INVALID, "cipher", "expected aes-128-gcm or aes-256-gcm");
    else if (call->key.size != rows[row].key_size)
        obol_fail(err, OBOL_ERR_INVALID, "key", "expected %zu bytes for %s", rows[row].key_size,
                  rows[row].name);
    else if (call->aad.size > TEXT_MAX || call->text.size > TEXT_MAX)
        obol_fail(err, OBOL_ERR_INVALID, NULL, "expected at most 1 GiB");
    else {
        pthread_once(&fetched, fetch_methods);
        if (methods[row] != NULL)
            return methods[row];
        obol_fail(err, OBOL_ERR_UNSUPPORTED, "cipher", "this openssl does not offer %s",
                  rows[row].name);
    }
    return NULL;
}

/* Key, nonce and additional data set; null when OpenSSL refused. */
static EVP_CIPHER_CTX *start(const EVP_CIPHER *method, const struct obol_cipher_call *call,
                             int sealing)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int unused = 0;
    if (context != NULL && EVP_CipherInit_ex2(context, method, NULL, NULL, sealing, NULL) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, (int)call->nonce.size, NULL) == 1 &&
        EVP_CipherInit_ex2(context, NULL, obol_openssl_bytes(call->key),
                           obol_openssl_bytes(call->nonce), sealing, NULL) == 1 &&
        EVP_CipherUpdate(context, NULL, &unused, obol_openssl_bytes(call->aad),
                         (int)call->aad.size) == 1)
        return context;
    EVP_CIPHER_CTX_free(context);
    return NULL;
}

bool obol_cipher_seal(const struct obol_cipher_call *call, struct obol_buf *out,
                      struct obol_err *err)
{
    const EVP_CIPHER *method = check_call(call, err);
    if (method == NULL)
        return false;
    if (call->nonce.size != OBOL_CIPHER_NONCE)
        return obol_fail(err, OBOL_ERR_INVALID, "nonce", "expected 12 bytes");
    size_t before = out->size, size = call->text.size;
    unsigned char *room = (unsigned char *)obol_buf_grow(out, size + OBOL_CIPHER_TAG);
    if (room == NULL)
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    int written = 0, last = 0;
    EVP_CIPHER_CTX *context = start(method, call, 1);
    bool worked =
        context != NULL &&
        EVP_CipherUpdate(context, room, &written, obol_openssl_bytes(call->text), (int)size) == 1 &&
        EVP_CipherFinal_ex(context, room + written, &last) == 1 &&
        (size_t)written + (size_t)last == size &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, OBOL_CIPHER_TAG, room + size) == 1;
    EVP_CIPHER_CTX_free(context);
    if (worked)
        return true;
    obol_buf_cut(out, before);
    return obol_openssl_fail(err, "seal");
}

/* Decrypts and only then compares the tag: the caller sees nothing before that worked. */
static bool open_into(const EVP_CIPHER *method, const struct obol_cipher_call *call,
                      unsigned char *room)
{
    size_t size = call->text.size - OBOL_CIPHER_TAG;
    unsigned char tag[OBOL_CIPHER_TAG];
    memcpy(tag, call->text.data + size, sizeof tag);
    int written = 0, last = 0;
    EVP_CIPHER_CTX *context = start(method, call, 0);
    bool authentic =
        context != NULL &&
        EVP_CipherUpdate(context, room, &written, obol_openssl_bytes(call->text), (int)size) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, OBOL_CIPHER_TAG, tag) == 1 &&
        EVP_CipherFinal_ex(context, room + written, &last) == 1 &&
        (size_t)written + (size_t)last == size;
    EVP_CIPHER_CTX_free(context);
    return authentic;
}

bool obol_cipher_open(const struct obol_cipher_call *call, struct obol_buf *out,
                      struct obol_err *err)
{
    static const char refused[] = "is not authentic";
    const EVP_CIPHER *method = check_call(call, err);
    if (method == NULL)
        return false;
    /* the nonce travels with the sealed bytes, so a bad one is theirs and not the caller's */
    if (call->text.size < OBOL_CIPHER_TAG || !in_range(call->nonce.size, 1, OBOL_CIPHER_NONCE_MAX))
        return obol_fail(err, OBOL_ERR_SIGNATURE, "sealed", refused);
    size_t before = out->size;
    char *room = obol_buf_grow(out, call->text.size - OBOL_CIPHER_TAG);
    if (room == NULL && (out->failed || call->text.size != OBOL_CIPHER_TAG))
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    if (open_into(method, call, (unsigned char *)room))
        return true;
    ERR_clear_error();
    obol_buf_cut(out, before);
    return obol_fail(err, OBOL_ERR_SIGNATURE, "sealed", refused);
}
