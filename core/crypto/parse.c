#include "crypto/handle.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

static EVP_PKEY *read_certificate(const unsigned char **at, long size)
{
    X509 *certificate = d2i_X509(NULL, at, size);
    EVP_PKEY *handle = certificate != NULL ? X509_get_pubkey(certificate) : NULL;
    X509_free(certificate);
    return handle;
}

/* The forms share no beginning, so the first that reads all of the bytes is the right one. */
enum form { CERTIFICATE, PUBLIC, RSA_PUBLIC, PRIVATE, FORMS };

/* `at` moves past what was read. */
static EVP_PKEY *read_form(enum form form, const unsigned char **at, long size)
{
    switch (form) {
    case CERTIFICATE:
        return read_certificate(at, size);
    case PUBLIC:
        return d2i_PUBKEY(NULL, at, size);
    case RSA_PUBLIC:
        return d2i_PublicKey(EVP_PKEY_RSA, NULL, at, size);
    default:
        return d2i_AutoPrivateKey(NULL, at, size);
    }
}

static EVP_PKEY *decrypt(const X509_SIG *sealed, struct obol_slice passphrase, struct obol_err *err)
{
    if (passphrase.data == NULL) {
        obol_fail(err, OBOL_ERR_INVALID, "passphrase", "expected one, as the key is encrypted");
        return NULL;
    }
    PKCS8_PRIV_KEY_INFO *info = PKCS8_decrypt(sealed, passphrase.data, (int)passphrase.size);
    EVP_PKEY *handle = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
    PKCS8_PRIV_KEY_INFO_free(info);
    if (handle == NULL)
        obol_fail(err, OBOL_ERR_INVALID, "passphrase", "does not open the key");
    return handle;
}

static EVP_PKEY *parse_plain(const unsigned char *bytes, size_t size, bool *is_private,
                             struct obol_err *err)
{
    for (enum form form = CERTIFICATE; form < FORMS; form++) {
        const unsigned char *at = bytes;
        EVP_PKEY *handle = read_form(form, &at, (long)size);
        if (handle != NULL && at == bytes + size) {
            *is_private = form == PRIVATE;
            return handle;
        }
        EVP_PKEY_free(handle);
    }
    obol_fail(err, OBOL_ERR_INVALID, "key",
              "expected a private key, a public key or a certificate");
    return NULL;
}

EVP_PKEY *obol_key_parse(struct obol_slice der, struct obol_slice passphrase, bool *is_private,
                         struct obol_err *err)
{
    const unsigned char *bytes = obol_openssl_bytes(der), *at = bytes;
    X509_SIG *sealed = d2i_X509_SIG(NULL, &at, (long)der.size);
    EVP_PKEY *handle = NULL;
    if (sealed != NULL && at == bytes + der.size) {
        *is_private = true;
        handle = decrypt(sealed, passphrase, err);
    } else {
        handle = parse_plain(bytes, der.size, is_private, err);
    }
    X509_SIG_free(sealed);
    ERR_clear_error();
    return handle;
}
