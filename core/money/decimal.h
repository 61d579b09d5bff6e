#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

enum { OBOL_DECIMAL_PLACES = 18 }; /* the most that an int64 can hold */

/*
 * Decimal text to minor units and back, by integers alone. `places` is the currency's exponent:
 * with 2, "8.88" is 888 and "8" is 800. The text is an optional minus, digits without leading
 * zeros, and at most one point with digits on both sides: no plus, no blanks, no exponent, no
 * grouping.
 */
bool obol_decimal_parse(struct obol_slice text, int places, int64_t *minor,
                        struct obol_err *err) OBOL_MUST_USE;

/* The same, but zeros may follow beyond `places`: a provider may send 888.00 yen. */
bool obol_decimal_parse_padded(struct obol_slice text, int places, int64_t *minor,
                               struct obol_err *err) OBOL_MUST_USE;

/* The same for a JSON number, which may have an exponent: 3.44E0 is 3.44. */
bool obol_decimal_parse_number(struct obol_slice text, int places, int64_t *minor,
                               struct obol_err *err) OBOL_MUST_USE;

/* All `places`, always: 888 with 2 is "8.88", 5 is "0.05". */
void obol_decimal_format(struct obol_buf *out, int64_t minor, int places);
