#pragma once

#include "base/arena.h"
#include "base/err.h"

/*
 * QR codes by libqrencode, which is loaded when the first one is made: where it is missing,
 * everything else works.
 */

enum { OBOL_QR_BYTES_MAX = 2953 }; /* what the largest symbol holds at the lowest level */

struct obol_qr {
    int size;                     /* modules a side, without a quiet zone */
    const unsigned char *modules; /* row by row; 1 is dark */
};

/* The smallest symbol that holds the bytes, in the arena. */
bool obol_qr_make(struct obol_slice bytes, struct obol_arena *arena, struct obol_qr *symbol,
                  struct obol_err *err) OBOL_MUST_USE;

/* "4.1.1"; null where the library is missing. */
const char *obol_qr_version(void);
