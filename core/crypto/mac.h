#pragma once

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"

/* HMAC over one of obol_digest's names; the key may be empty. `out` holds OBOL_DIGEST_MAX bytes. */
bool obol_hmac(const char *name, struct obol_slice key, struct obol_slice data, unsigned char *out,
               size_t *size, struct obol_err *err) OBOL_MUST_USE;
