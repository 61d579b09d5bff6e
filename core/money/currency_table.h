#pragma once

#include "money/currency.h"

/* The rows themselves, sorted by code, for currency.c alone. */
enum { OBOL_CURRENCY_COUNT = 178 };
extern const struct obol_currency obol_currency_table[OBOL_CURRENCY_COUNT];
