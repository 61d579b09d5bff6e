#include "money/currency.h"

#include "money/currency_table.h"

/* The three letters as a number, in the order of the codes. */
static uint32_t letters(const char *code)
{
    return (uint32_t)(unsigned char)code[0] << 16 | (uint32_t)(unsigned char)code[1] << 8 |
           (uint32_t)(unsigned char)code[2];
}

const struct obol_currency *obol_currency_find(struct obol_slice code)
{
    if (code.size != 3)
        return NULL;
    uint32_t wanted = letters(code.data);
    size_t low = 0, high = obol_currency_count();
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint32_t found = letters(obol_currency_table[middle].code);
        if (found == wanted)
            return &obol_currency_table[middle];
        if (wanted < found)
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
