/*
 * usage: rsa_decrypt KEY.der SEALED SECONDS
 * Decrypts the file SEALED (RSA, PKCS #1 v1.5) again and again; prints how often in a second of
 * processor time. What OpenSSL does without anything around it.
 */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SEALED_MAX = 512 };

static EVP_PKEY *read_key(const char *path)
{
    FILE *file = fopen(path, "rb");
    EVP_PKEY *key = file != NULL ? d2i_PrivateKey_fp(file, NULL) : NULL;
    if (file != NULL)
        fclose(file);
    return key;
}

static size_t read_sealed(const char *path, unsigned char *sealed)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    size_t size = fread(sealed, 1, SEALED_MAX, file);
    fclose(file);
    return size;
}

/* Processor seconds of this process. */
static double spent_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

int main(int count, char **words)
{
    unsigned char sealed[SEALED_MAX], plain[SEALED_MAX];
    if (count != 4)
        return 2;
    EVP_PKEY *key = read_key(words[1]);
    size_t size = read_sealed(words[2], sealed);
    double seconds = strtod(words[3], NULL);
    EVP_PKEY_CTX *context = key != NULL ? EVP_PKEY_CTX_new(key, NULL) : NULL;
    if (size == 0 || context == NULL || EVP_PKEY_decrypt_init(context) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1)
        return 1;
    long done = -1; /* the first one warms up */
    double from = 0;
    do {
        size_t room = sizeof plain;
        if (EVP_PKEY_decrypt(context, plain, &room, sealed, size) != 1)
            return 1;
        if (++done == 0)
            from = spent_s();
    } while (done == 0 || spent_s() - from < seconds);
    printf("%.1f\n", (double)done / (spent_s() - from));
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    return 0;
}
