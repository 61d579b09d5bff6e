#include "crypto/openssl.h"

#include <openssl/err.h>

bool obol_openssl_fail(struct obol_err *err, const char *what)
{
    ERR_clear_error();
    return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "openssl could not %s", what);
}
