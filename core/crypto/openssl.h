#pragma once

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"

#include <openssl/evp.h>

/*
 * What the files of this folder share of OpenSSL; no other folder includes this. Methods are
 * fetched once a process, because a fetch by name costs more than hashing a short message.
 */

enum { OBOL_DIGEST_COUNT = 6 };

/* The row of a digest name, or -1 with the error filled in. */
int obol_digest_row(const char *name, struct obol_err *err) OBOL_MUST_USE;
/* The method of a row that was found; borrowed, lives as long as the process. */
const EVP_MD *obol_digest_method(int row);

/* OpenSSL refused something that should work (memory, a provider that is missing): empties its
 * queue, so that the host never meets our errors, and returns false. */
bool obol_openssl_fail(struct obol_err *err, const char *what);

/* OpenSSL's bytes; never null, which some of its functions take for "no value". */
static inline const unsigned char *obol_openssl_bytes(struct obol_slice slice)
{
    return (const unsigned char *)(slice.data != NULL ? slice.data : "");
}
