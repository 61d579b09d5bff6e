#include "money/decimal.h"

#include "base/reader.h"
#include "base/text.h"

/* The digits read so far as one number without sign; `limit` is the largest that is allowed. */
struct amount {
    uint64_t units;
    uint64_t limit;
    bool overflow;
};

static void add_digit(struct amount *amount, int digit)
{
    uint64_t value = (uint64_t)(digit - '0');
    if (amount->units > (amount->limit - value) / 10)
        amount->overflow = true;
    else
        amount->units = amount->units * 10 + value;
}

static bool at_digit(const struct obol_reader *in)
{
    int byte = obol_reader_peek(in);
    return byte >= '0' && byte <= '9';
}

static bool fail_form(struct obol_err *err)
{
    return obol_fail(err, OBOL_ERR_INVALID, NULL,
                     "expected a decimal number such as 8.88, without blanks or grouping");
}

static bool read_whole(struct obol_reader *in, struct amount *amount)
{
    size_t from = in->at;
    bool zero = obol_reader_peek(in) == '0';
    while (at_digit(in))
        add_digit(amount, obol_reader_take(in));
    size_t digits = in->at - from;
    return digits == 1 || (digits > 1 && !zero);
}

static bool fail_places(struct obol_err *err, int places)
{
    if (places <= 0)
        return obol_fail(err, OBOL_ERR_INVALID, NULL, "expected no decimal places");
    return obol_fail(err, OBOL_ERR_INVALID, NULL, "expected at most %d decimal place%s", places,
                     places == 1 ? "" : "s");
}

static bool parse(struct obol_slice text, int places, bool padded, int64_t *minor,
                  struct obol_err *err)
{
    struct obol_reader in = obol_reader(text);
    bool negative = obol_reader_skip(&in, '-');
    struct amount amount = {.limit = (uint64_t)INT64_MAX + (negative ? 1 : 0)};
    bool beyond = false;
    int seen = 0;
    if (!read_whole(&in, &amount))
        return fail_form(err);
    if (obol_reader_skip(&in, '.')) {
        if (!at_digit(&in))
            return fail_form(err);
        while (at_digit(&in)) {
            int digit = obol_reader_take(&in);
            if (seen < places) {
                add_digit(&amount, digit);
                seen++;
            } else if (!padded || digit != '0') {
                beyond = true;
            }
        }
    }
    if (!obol_reader_done(&in))
        return fail_form(err);
    if (beyond)
        return fail_places(err, places);
    for (; seen < places; seen++)
        add_digit(&amount, '0');
    if (amount.overflow)
        return obol_fail(err, OBOL_ERR_INVALID, NULL, "amount is out of range");
    *minor = negative ? (int64_t)(0 - amount.units) : (int64_t)amount.units;
    return true;
}

bool obol_decimal_parse(struct obol_slice text, int places, int64_t *minor, struct obol_err *err)
{
    return parse(text, places, false, minor, err);
}

bool obol_decimal_parse_padded(struct obol_slice text, int places, int64_t *minor,
                               struct obol_err *err)
{
    return parse(text, places, true, minor, err);
}

enum { MANTISSA_MAX = 48, POWER_MAX = 20 };

/* Writes a mantissa without sign as `digits` with the point moved by `power`, without zeros at the
 * start; gives the length. */
static size_t move_point(char *room, struct obol_slice mantissa, int64_t power)
{
    char digits[MANTISSA_MAX + 2 * POWER_MAX];
    const char *point = memchr(mantissa.data, '.', mantissa.size);
    int64_t whole = (point != NULL ? point - mantissa.data : (int64_t)mantissa.size) + power;
    size_t count = 0, at = 0;
    for (; whole < 1; whole++)
        digits[count++] = '0';
    for (size_t i = 0; i < mantissa.size; i++)
        if (mantissa.data[i] != '.')
            digits[count++] = mantissa.data[i];
    while (count < (size_t)whole)
        digits[count++] = '0';
    size_t from = 0;
    while (from + 1 < (size_t)whole && digits[from] == '0')
        from++;
    for (; from < count; from++) {
        if (from == (size_t)whole)
            room[at++] = '.';
        room[at++] = digits[from];
    }
    return at;
}

bool obol_decimal_parse_number(struct obol_slice text, int places, int64_t *minor,
                               struct obol_err *err)
{
    size_t at = 0;
    while (at < text.size && text.data[at] != 'e' && text.data[at] != 'E')
        at++;
    if (at == text.size)
        return obol_decimal_parse_padded(text, places, minor, err);
    struct obol_slice shift = obol_slice(text.data + at + 1, text.size - at - 1);
    if (shift.size != 0 && shift.data[0] == '+')
        shift = obol_slice(shift.data + 1, shift.size - 1);
    size_t sign = text.data[0] == '-';
    int64_t power = 0;
    if (at <= sign || at - sign > MANTISSA_MAX || !obol_text_int64(shift, &power) ||
        power > POWER_MAX || power < -POWER_MAX)
        return fail_form(err);
    char room[MANTISSA_MAX + 2 * POWER_MAX + 2] = "-";
    size_t length = move_point(room + sign, obol_slice(text.data + sign, at - sign), power);
    return obol_decimal_parse_padded(obol_slice(room, sign + length), places, minor, err);
}

void obol_decimal_format(struct obol_buf *out, int64_t minor, int places)
{
    char digits[48]; /* 19 digits, a point, a minus, or 18 places with their zeros */
    if (places > OBOL_DECIMAL_PLACES)
        places = OBOL_DECIMAL_PLACES;
    size_t at = sizeof digits;
    uint64_t units = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    int written = 0;
    while (units != 0 || written <= places) {
        if (written == places && places > 0)
            digits[--at] = '.';
        digits[--at] = (char)('0' + units % 10);
        units /= 10;
        written++;
    }
    if (minor < 0)
        digits[--at] = '-';
    obol_buf_add(out, obol_slice(digits + at, sizeof digits - at));
}
