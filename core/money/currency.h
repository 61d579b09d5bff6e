#pragma once

#include "base/slice.h"

#include <stdint.h>

/* A row of ISO 4217. Codes that were withdrawn have none. */
struct obol_currency {
    char code[4];
    uint16_t number;
    int8_t exponent; /* decimal places; -1: no minor unit, so there are no amounts of it */
    const char *name;
};

/* Null for anything but a current code in upper case. */
const struct obol_currency *obol_currency_find(struct obol_slice code);

/* All rows, in the order of their codes: 0 to count - 1; null beyond. */
size_t obol_currency_count(void);
const struct obol_currency *obol_currency_at(size_t index);
