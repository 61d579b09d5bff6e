#include "base/secret.h"
#include "check.h"
#include "crypto/cipher.h"
#include "crypto/compare.h"
#include "crypto/digest.h"
#include "crypto/mac.h"
#include "crypto/padding.h"
#include "crypto/rsa.h"
#include "crypto/sign.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <pthread.h>

enum { BLOCK = 128, THREADS = 8, ROUNDS = 50 };

static struct obol_key *make_key(void)
{
    EVP_PKEY *handle = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
    BIO *pem = BIO_new(BIO_s_mem());
    struct obol_key *key = NULL;
    if (handle != NULL && pem != NULL &&
        PEM_write_bio_PrivateKey(pem, handle, NULL, NULL, 0, NULL, NULL) == 1) {
        char *text = NULL;
        long size = BIO_get_mem_data(pem, &text);
        struct obol_err err;
        CHECK(obol_key_open(obol_slice(text, (size_t)size), obol_slice(NULL, 0), &key, &err));
    }
    BIO_free(pem);
    EVP_PKEY_free(handle);
    CHECK(key != NULL);
    return key;
}

/* A block of type 2 with `padding` bytes of it, all good when that is eight or more. */
static void fill_block(unsigned char *block, size_t padding)
{
    memset(block, 'm', BLOCK);
    block[0] = 0;
    block[1] = 2;
    memset(block + 2, 'p', padding);
    if (2 + padding < BLOCK)
        block[2 + padding] = 0;
}

static void padding_of_every_length(void)
{
    unsigned char block[BLOCK];
    for (size_t padding = 0; padding <= BLOCK - 2; padding++) {
        size_t start = 0;
        fill_block(block, padding);
        bool expected = padding >= 8 && padding < BLOCK - 2;
        CHECK_INT(expected, obol_padding_strip_encryption(block, BLOCK, &start));
        CHECK_INT(expected ? (int64_t)padding + 3 : 11, (int64_t)start);
    }
}

static void padding_with_every_head(void)
{
    unsigned char block[BLOCK];
    fill_block(block, 20);
    for (int head = 0; head < 65536; head++) {
        size_t start = 0;
        block[0] = (unsigned char)(head >> 8);
        block[1] = (unsigned char)head;
        unsigned good = obol_padding_strip_encryption(block, BLOCK, &start);
        if (good != (head == 2) || start != (head == 2 ? 23 : 11))
            CHECK_INT(head == 2, good);
    }
}

static void padding_with_every_byte(void)
{
    unsigned char block[BLOCK];
    for (int byte = 0; byte < 256; byte++) {
        size_t start = 0;
        fill_block(block, 20);
        block[9] = (unsigned char)byte;
        CHECK_INT(byte != 0, obol_padding_strip_encryption(block, BLOCK, &start));
        memset(block, 0xFF, BLOCK);
        block[0] = 0;
        block[1] = 1;
        block[9] = (unsigned char)byte;
        block[20] = 0;
        CHECK_INT(byte == 0xFF, obol_padding_strip_signature(block, BLOCK, &start));
    }
}

static void failures_leave_nothing_behind(void)
{
    struct obol_key *key = make_key();
    struct obol_buf sealed, out;
    struct obol_err err;
    obol_buf_init(&sealed, OBOL_CEILING_SMALL);
    obol_buf_init(&out, OBOL_CEILING_SMALL);
    obol_buf_add_text(&out, "before");
    CHECK(
        obol_rsa_encrypt(key, OBOL_PADDING_PKCS1, obol_slice_text("a secret word"), &sealed, &err));
    /* the first block opens, the second cannot */
    for (int i = 0; i < BLOCK; i++)
        obol_buf_add_byte(&sealed, '\0');
    CHECK(!obol_rsa_decrypt(key, OBOL_PADDING_PKCS1, obol_buf_slice(&sealed), &out, &err));
    CHECK_TEXT("before", obol_buf_slice(&out));
    CHECK(memmem(out.data, out.capacity, "secret", 6) == NULL);
    CHECK(!obol_rsa_decrypt(key, OBOL_PADDING_OAEP_SHA1, obol_buf_slice(&sealed), &out, &err));
    CHECK(!obol_rsa_public_recover(key, obol_buf_slice(&sealed), &out, &err));
    CHECK_TEXT("before", obol_buf_slice(&out));
    CHECK_INT(0, (int64_t)ERR_peek_error());
    obol_buf_free(&sealed);
    obol_buf_free(&out);
    obol_key_free(key);
}

static void an_open_that_fails_shows_nothing(void)
{
    struct obol_buf sealed, out;
    struct obol_err err;
    obol_buf_init(&sealed, OBOL_CEILING_SMALL);
    obol_buf_init(&out, OBOL_CEILING_SMALL);
    struct obol_cipher_call call = {.name = "aes-128-gcm",
                                    .key = obol_slice_text("0123456789abcdef"),
                                    .nonce = obol_slice_text("0123456789ab"),
                                    .text = obol_slice_text("a secret word")};
    CHECK(obol_cipher_seal(&call, &sealed, &err));
    sealed.data[sealed.size - 1] ^= 1;
    call.text = obol_buf_slice(&sealed);
    obol_buf_add_text(&out, "before");
    CHECK(!obol_cipher_open(&call, &out, &err));
    CHECK_INT(OBOL_ERR_SIGNATURE, err.kind);
    CHECK_TEXT("before", obol_buf_slice(&out));
    CHECK(memmem(out.data, out.capacity, "secret", 6) == NULL);
    CHECK_INT(0, (int64_t)ERR_peek_error());
    obol_buf_free(&sealed);
    obol_buf_free(&out);
}

static void openssl_keeps_no_errors_of_ours(void)
{
    static const char *const texts[] = {"garbage", "AAAA", "0\x82\x01",
                                        "-----BEGIN PUBLIC KEY-----"};
    struct obol_key *key = make_key();
    struct obol_err err;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct obol_key *none = NULL;
        CHECK(!obol_key_open(obol_slice_text(texts[i]), obol_slice(NULL, 0), &none, &err));
        CHECK_INT(0, (int64_t)ERR_peek_error());
    }
    char signature[BLOCK] = {0};
    bool valid = true;
    const struct obol_sign_scheme scheme = {.digest = "sha256", .salt = OBOL_SIGN_SALT_DIGEST};
    CHECK(obol_sign_verify(key, &scheme, obol_slice_text("x"), obol_slice(signature, BLOCK), &valid,
                           &err));
    CHECK(!valid);
    CHECK_INT(0, (int64_t)ERR_peek_error());
    obol_key_free(key);
}

static void full_buffers_are_errors(void)
{
    struct obol_key *key = make_key();
    struct obol_err err;
    const struct obol_sign_scheme scheme = {.digest = "sha256", .salt = OBOL_SIGN_SALT_DIGEST};
    struct obol_buf out;
    obol_buf_init(&out, BLOCK - 1);
    CHECK(!obol_sign_make(key, &scheme, obol_slice_text("x"), &out, &err));
    CHECK_INT(OBOL_ERR_INTERNAL, err.kind);
    obol_buf_init(&out, BLOCK - 1);
    CHECK(!obol_rsa_encrypt(key, OBOL_PADDING_PKCS1, obol_slice_text("x"), &out, &err));
    CHECK_INT(OBOL_ERR_INTERNAL, err.kind);
    obol_buf_init(&out, BLOCK - 1);
    CHECK(!obol_rsa_private_encrypt(key, obol_slice_text("x"), &out, &err));
    CHECK_INT(OBOL_ERR_INTERNAL, err.kind);
    obol_key_free(key);
}

static bool hash_is_right(void)
{
    static const unsigned char expected[] = {0xba, 0x78, 0x16, 0xbf}; /* FIPS 180-2, "abc" */
    unsigned char out[OBOL_DIGEST_MAX];
    size_t size = 0;
    return obol_digest("sha256", obol_slice_text("abc"), out, &size, NULL) && size == 32 &&
           memcmp(out, expected, sizeof expected) == 0;
}

static bool hmac_is_right(void)
{
    static const unsigned char expected[] = {0x5b, 0xdc, 0xc1, 0x46}; /* RFC 4231, case 2 */
    unsigned char out[OBOL_DIGEST_MAX];
    size_t size = 0;
    return obol_hmac("sha256", obol_slice_text("Jefe"),
                     obol_slice_text("what do ya want for nothing?"), out, &size, NULL) &&
           size == 32 && memcmp(out, expected, sizeof expected) == 0;
}

static bool round_trip(const struct obol_key *key)
{
    struct obol_buf sealed, out;
    obol_buf_init(&sealed, OBOL_CEILING_SMALL);
    obol_buf_init(&out, OBOL_CEILING_SMALL);
    bool right =
        obol_rsa_encrypt(key, OBOL_PADDING_PKCS1, obol_slice_text("word"), &sealed, NULL) &&
        obol_rsa_decrypt(key, OBOL_PADDING_PKCS1, obol_buf_slice(&sealed), &out, NULL) &&
        obol_slice_is(obol_buf_slice(&out), "word");
    obol_buf_free(&sealed);
    obol_buf_free(&out);
    return right;
}

static void *work(void *data)
{
    int right = 0;
    for (int i = 0; i < ROUNDS; i++)
        right += hash_is_right() && hmac_is_right() && round_trip(data);
    return right == ROUNDS ? data : NULL;
}

/* First in the list, so that the threads also race for what is fetched once. */
static void threads_share_a_key(void)
{
    struct obol_key *key = make_key();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(0, pthread_create(&threads[i], NULL, work, key));
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        CHECK_INT(0, pthread_join(threads[i], &result));
        CHECK(result == key);
    }
    obol_key_free(key);
}

int main(void)
{
    static const struct check_case cases[] = {
        {"threads share a key", threads_share_a_key},
        {"padding of every length", padding_of_every_length},
        {"padding with every head", padding_with_every_head},
        {"padding with every byte", padding_with_every_byte},
        {"failures leave nothing behind", failures_leave_nothing_behind},
        {"an open that fails shows nothing", an_open_that_fails_shows_nothing},
        {"openssl keeps no errors of ours", openssl_keeps_no_errors_of_ours},
        {"full buffers are errors", full_buffers_are_errors},
        {NULL, NULL},
    };
    return check_run(cases);
}
