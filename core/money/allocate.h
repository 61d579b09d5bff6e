#pragma once

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* One part of an amount that is divided: the caller gives the weight, and gets the part. */
struct obol_share {
    int64_t weight; /* 0 or more */
    int64_t minor;
    uint64_t remainder; /* what the division left over, and the place in the list: */
    size_t place;       /* scratch of obol_money_allocate */
};

/*
 * Divides `minor` by the weights so that the parts add up to it again: each gets its share rounded
 * towards zero, and what is left goes, one minor unit each, to those that lost most by the rounding
 * (the first of them where several lost the same). A negative amount gives the same parts negated.
 */
bool obol_money_allocate(int64_t minor, struct obol_share *shares, size_t count,
                         struct obol_err *err) OBOL_MUST_USE;
