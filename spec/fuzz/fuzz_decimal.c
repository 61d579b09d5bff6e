/* Target: obol_decimal_parse, obol_decimal_parse_padded, obol_decimal_format, obol_money_allocate.
 * The first byte of an input is the number of places. */
#include "money/allocate.h"
#include "money/decimal.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SHARES = 5 };

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static void check_format(int64_t minor, int places)
{
    struct obol_buf out;
    int64_t again = 0;
    obol_buf_init(&out, OBOL_CEILING_SMALL);
    obol_decimal_format(&out, minor, places);
    expect(obol_decimal_parse(obol_buf_slice(&out), places, &again, NULL));
    expect(again == minor);
    obol_buf_free(&out);
}

static void check_allocate(int64_t minor, const uint8_t *weights)
{
    struct obol_share shares[SHARES];
    for (size_t i = 0; i < SHARES; i++)
        shares[i] = (struct obol_share){.weight = weights[i]};
    if (!obol_money_allocate(minor, shares, SHARES, NULL))
        return;
    int64_t sum = 0;
    for (size_t i = 0; i < SHARES; i++) {
        expect(shares[i].weight == weights[i]);
        expect(minor < 0 ? shares[i].minor <= 0 : shares[i].minor >= 0);
        sum += shares[i].minor;
    }
    expect(sum == minor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    int places = data[0] % (OBOL_DECIMAL_PLACES + 1);
    struct obol_slice text = obol_slice((const char *)data + 1, size - 1);
    int64_t minor = 0, padded = 0;
    if (obol_decimal_parse(text, places, &minor, NULL)) {
        expect(obol_decimal_parse_padded(text, places, &padded, NULL));
        expect(minor == padded);
    }
    if (obol_decimal_parse_padded(text, places, &padded, NULL)) {
        check_format(padded, places);
        if (size > SHARES)
            check_allocate(padded, data);
    }
    return 0;
}
