#pragma once

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"

enum { OBOL_DIGEST_MAX = 64 }; /* bytes of the longest digest */

/* md5, sha1, sha224, sha256, sha384 or sha512 of `data`, into `out` (OBOL_DIGEST_MAX bytes). */
bool obol_digest(const char *name, struct obol_slice data, unsigned char *out, size_t *size,
                 struct obol_err *err) OBOL_MUST_USE;
