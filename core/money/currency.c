#include "money/currency.h"

#include "money/currency_table.h"

const struct obol_currency *obol_currency_find(struct obol_slice code)
{
    if (code.size != 3)
        return NULL;
    size_t low = 0, high = obol_currency_count();
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(code.data, obol_currency_table[middle].code, 3);
        if (order == 0)
            return &obol_currency_table[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

size_t obol_currency_count(void)
{
    return OBOL_CURRENCY_COUNT;
}

const struct obol_currency *obol_currency_at(size_t index)
{
    return index < OBOL_CURRENCY_COUNT ? &obol_currency_table[index] : NULL;
}
