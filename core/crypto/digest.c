#include "crypto/digest.h"

#include "crypto/openssl.h"

#include <openssl/err.h>
#include <pthread.h>

static const char *const names[OBOL_DIGEST_COUNT] = {"md5",    "sha1",   "sha224",
                                                     "sha256", "sha384", "sha512"};
static EVP_MD *methods[OBOL_DIGEST_COUNT];
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void fetch_methods(void)
{
    for (int row = 0; row < OBOL_DIGEST_COUNT; row++)
        methods[row] = EVP_MD_fetch(NULL, names[row], NULL);
    ERR_clear_error();
}

int obol_digest_row(const char *name, struct obol_err *err)
{
    pthread_once(&fetched, fetch_methods);
    for (int row = 0; row < OBOL_DIGEST_COUNT; row++) {
        if (strcmp(names[row], name) != 0)
            continue;
        if (methods[row] != NULL)
            return row;
        obol_fail(err, OBOL_ERR_UNSUPPORTED, "digest", "this openssl does not offer %s",
                  names[row]);
        return -1;
    }
    obol_fail(err, OBOL_ERR_INVALID, "digest",
              "expected md5, sha1, sha224, sha256, sha384 or sha512");
    return -1;
}

const EVP_MD *obol_digest_method(int row)
{
    return methods[row];
}

bool obol_digest(const char *name, struct obol_slice data, unsigned char *out, size_t *size,
                 struct obol_err *err)
{
    int row = obol_digest_row(name, err);
    if (row < 0)
        return false;
    unsigned int written = 0;
    if (EVP_Digest(obol_openssl_bytes(data), data.size, out, &written, methods[row], NULL) != 1)
        return obol_openssl_fail(err, "compute a digest");
    *size = written;
    return true;
}
