#pragma once

#include "base/slice.h"

/* Takes the same time whatever the bytes are; only the sizes may show. */
bool obol_crypto_equal(struct obol_slice left, struct obol_slice right);
