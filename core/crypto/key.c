#include "crypto/key.h"

#include "base/secret.h"
#include "base/text.h"
#include "crypto/handle.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

enum { TEXT_MAX = 256 * 1024, PASSPHRASE_MAX = 1024 };

bool obol_key_need_rsa(const struct obol_key *key, struct obol_err *err)
{
    return key->rsa || obol_fail(err, OBOL_ERR_INVALID, "key", "expected an rsa key");
}

bool obol_key_need_private(const struct obol_key *key, struct obol_err *err)
{
    return key->is_private || obol_fail(err, OBOL_ERR_INVALID, "key", "expected a private key");
}

int obol_key_bits(const struct obol_key *key)
{
    return key->bits;
}

const char *obol_key_type(const struct obol_key *key)
{
    return key->rsa ? "rsa" : "ec";
}

bool obol_key_is_private(const struct obol_key *key)
{
    return key->is_private;
}

void obol_key_free(struct obol_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_CTX_free(key->decryption);
    EVP_PKEY_free(key->handle);
    obol_secret_free(key, sizeof *key);
}

static bool check_strength(const EVP_PKEY *handle, struct obol_err *err)
{
    int bits = EVP_PKEY_get_bits(handle);
    if (EVP_PKEY_is_a(handle, "RSA")) {
        if (bits < OBOL_KEY_RSA_MIN)
            return obol_fail(err, OBOL_ERR_INVALID, "key",
                             "expected an rsa key of 1024 bits or more, as shorter ones have been "
                             "factored");
        return bits <= OBOL_KEY_RSA_MAX ||
               obol_fail(err, OBOL_ERR_INVALID, "key", "expected an rsa key of at most 16384 bits");
    }
    if (!EVP_PKEY_is_a(handle, "EC"))
        return obol_fail(err, OBOL_ERR_INVALID, "key", "expected an rsa or ec key");
    return bits >= OBOL_KEY_EC_MIN ||
           obol_fail(err, OBOL_ERR_INVALID, "key", "expected an ec key of 224 bits or more");
}

static bool prepare_decryption(struct obol_key *key)
{
    key->decryption = EVP_PKEY_CTX_new_from_pkey(NULL, key->handle, NULL);
    return key->decryption != NULL && EVP_PKEY_decrypt_init(key->decryption) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(key->decryption, RSA_NO_PADDING) == 1;
}

/* Takes the handle, also when it fails. */
static bool wrap(EVP_PKEY *handle, bool is_private, struct obol_key **key, struct obol_err *err)
{
    struct obol_key *made = NULL;
    if (check_strength(handle, err)) {
        made = obol_secret_alloc(sizeof *made);
        if (made == NULL)
            obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    }
    if (made == NULL) {
        EVP_PKEY_free(handle);
        return false;
    }
    *made = (struct obol_key){.handle = handle,
                              .size = (size_t)EVP_PKEY_get_size(handle),
                              .bits = EVP_PKEY_get_bits(handle),
                              .rsa = EVP_PKEY_is_a(handle, "RSA"),
                              .is_private = is_private};
    if (made->rsa && is_private && !prepare_decryption(made)) {
        obol_key_free(made);
        return obol_openssl_fail(err, "prepare a key");
    }
    *key = made;
    return true;
}

static bool open_der(struct obol_slice der, struct obol_slice passphrase, struct obol_key **key,
                     struct obol_err *err)
{
    bool is_private = false;
    EVP_PKEY *handle = obol_key_parse(der, passphrase, &is_private, err);
    return handle != NULL && wrap(handle, is_private, key, err);
}

static bool open_base64(struct obol_slice text, struct obol_slice passphrase, struct obol_key **key,
                        struct obol_err *err)
{
    struct obol_buf compact, der;
    obol_buf_init(&compact, TEXT_MAX);
    obol_buf_init(&der, TEXT_MAX);
    for (size_t i = 0; i < text.size; i++)
        if (strchr(" \t\r\n", text.data[i]) == NULL || text.data[i] == '\0')
            obol_buf_add_byte(&compact, text.data[i]);
    bool worked = false;
    if (obol_base64_decode(&der, obol_buf_slice(&compact)) && der.size != 0)
        worked = open_der(obol_buf_slice(&der), passphrase, key, err);
    else
        obol_fail(err, OBOL_ERR_INVALID, "key", "expected pem, der or the base64 of der");
    obol_buf_free(&compact);
    obol_buf_free(&der);
    return worked;
}

struct question {
    struct obol_slice passphrase;
    bool asked;
};

/* OpenSSL's own answer would be to ask at the terminal. */
static int give_passphrase(char *out, int room, int writing, void *data)
{
    struct question *question = data;
    (void)writing;
    question->asked = true;
    if (question->passphrase.data == NULL || question->passphrase.size > (size_t)room)
        return -1;
    memcpy(out, question->passphrase.data, question->passphrase.size);
    return (int)question->passphrase.size;
}

static bool is_key_label(const char *label)
{
    static const char *const ends[] = {"PRIVATE KEY", "PUBLIC KEY", "CERTIFICATE"};
    size_t size = strlen(label);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        if (size >= end && strcmp(label + size - end, ends[i]) == 0)
            return true;
    }
    return false;
}

struct pem_block {
    char *label;
    char *header;
    unsigned char *der;
    long size;
};

static void free_block(struct pem_block *block)
{
    OPENSSL_secure_free(block->label);
    OPENSSL_secure_free(block->header);
    OPENSSL_secure_clear_free(block->der, (size_t)block->size);
    *block = (struct pem_block){0};
}

/* The first block that is a key or a certificate; others (EC PARAMETERS) may stand before it. */
static bool next_block(BIO *input, struct pem_block *block)
{
    *block = (struct pem_block){0};
    while (PEM_read_bio_ex(input, &block->label, &block->header, &block->der, &block->size,
                           PEM_FLAG_SECURE | PEM_FLAG_EAY_COMPATIBLE) == 1) {
        if (is_key_label(block->label))
            return true;
        free_block(block);
    }
    return false;
}

static bool open_block(struct pem_block *block, struct obol_slice passphrase, struct obol_key **key,
                       struct obol_err *err)
{
    EVP_CIPHER_INFO cipher;
    struct question question = {.passphrase = passphrase};
    if (PEM_get_EVP_CIPHER_INFO(block->header, &cipher) != 1)
        return obol_fail(err, OBOL_ERR_INVALID, "key", "expected a pem header that openssl knows");
    long size = block->size;
    bool plain = PEM_do_header(&cipher, block->der, &size, give_passphrase, &question) == 1;
    if (question.asked && passphrase.data == NULL)
        return obol_fail(err, OBOL_ERR_INVALID, "passphrase",
                         "expected one, as the key is encrypted");
    struct obol_slice der = obol_slice((const char *)block->der, (size_t)size);
    if (plain && open_der(der, passphrase, key, err))
        return true;
    /* a wrong passphrase passes the cipher's padding one time in 256, and then reads as garbage */
    if (question.asked)
        obol_fail(err, OBOL_ERR_INVALID, "passphrase", "does not open the key");
    else if (!plain)
        obol_fail(err, OBOL_ERR_INVALID, "key", "expected pem that can be read");
    return false;
}

static bool open_pem(struct obol_slice text, struct obol_slice passphrase, struct obol_key **key,
                     struct obol_err *err)
{
    bool worked = false;
    struct pem_block block;
    BIO *input = BIO_new_mem_buf(text.data, (int)text.size);
    if (input == NULL)
        obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    else if (next_block(input, &block))
        worked = open_block(&block, passphrase, key, err);
    else
        obol_fail(err, OBOL_ERR_INVALID, "key", "expected pem with a key or a certificate");
    if (input != NULL)
        free_block(&block);
    BIO_free(input);
    ERR_clear_error();
    return worked;
}

bool obol_key_open(struct obol_slice text, struct obol_slice passphrase, struct obol_key **key,
                   struct obol_err *err)
{
    static const char begin[] = "-----BEGIN ";
    if (text.size == 0 || text.size > TEXT_MAX)
        return obol_fail(err, OBOL_ERR_INVALID, "key", "expected 1 byte to 256 KiB");
    if (passphrase.size > PASSPHRASE_MAX)
        return obol_fail(err, OBOL_ERR_INVALID, "passphrase", "expected at most 1024 bytes");
    if (text.data[0] == 0x30) /* a DER sequence; in base64 it would be an application's tag */
        return open_der(text, passphrase, key, err);
    if (memmem(text.data, text.size, begin, sizeof begin - 1) != NULL)
        return open_pem(text, passphrase, key, err);
    return open_base64(text, passphrase, key, err);
}
