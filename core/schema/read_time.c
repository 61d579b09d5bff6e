#include "base/reader.h"
#include "base/text.h"
#include "schema/read.h"

/* Times as providers write them: integers, or ISO 8601 with a zone or by their own clock. */

/* A number's text without its fraction: some write seconds as a double. */
static struct obol_slice whole_part(const struct obol_node *value)
{
    struct obol_slice text = value->text;
    const char *point = value->type == OBOL_NODE_NUMBER ? memchr(text.data, '.', text.size) : NULL;
    if (point != NULL &&
        obol_text_is_digits(obol_slice(point + 1, text.size - (size_t)(point + 1 - text.data))))
        text.size = (size_t)(point - text.data);
    return text;
}

/* Exactly `digits` of them as a number, or -1. */
static int take_number(struct obol_reader *in, int digits)
{
    int number = 0;
    for (; digits > 0; digits--) {
        int byte = obol_reader_take(in);
        if (byte < '0' || byte > '9')
            return -1;
        number = number * 10 + (byte - '0');
    }
    return number;
}

/* Days since 1970 of a date of the Gregorian calendar, counted from March so that the leap day
 * comes last. */
static int64_t days_since_1970(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static bool take_date(struct obol_reader *in, int64_t *days)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = take_number(in, 4);
    bool dashes = obol_reader_skip(in, '-');
    int month = take_number(in, 2);
    dashes = obol_reader_skip(in, '-') && dashes;
    int day = take_number(in, 2);
    if (!dashes || year < 1970 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1])
        return false;
    *days = days_since_1970(year, month, day);
    return true;
}

/* Milliseconds of the day; what is finer is dropped. */
static bool take_clock(struct obol_reader *in, int64_t *ms)
{
    int hours = take_number(in, 2);
    bool colons = obol_reader_skip(in, ':');
    int minutes = take_number(in, 2);
    colons = obol_reader_skip(in, ':') && colons;
    int seconds = take_number(in, 2);
    if (!colons || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 ||
        seconds > 60)
        return false;
    *ms = ((hours * 60 + minutes) * 60 + seconds) * INT64_C(1000);
    if (!obol_reader_skip(in, '.'))
        return true;
    int scale = 100, digits = 0;
    for (; obol_reader_peek(in) >= '0' && obol_reader_peek(in) <= '9'; scale /= 10, digits++)
        *ms += (obol_reader_take(in) - '0') * scale;
    return digits != 0;
}

/* `Z`, `+08:00`, `-0330`, or nothing, which leaves `minutes` as they are. */
static bool take_zone(struct obol_reader *in, int *minutes)
{
    if (obol_reader_done(in))
        return true;
    if (obol_reader_skip(in, 'Z')) {
        *minutes = 0;
        return obol_reader_done(in);
    }
    bool west = obol_reader_peek(in) == '-';
    if (!west && obol_reader_peek(in) != '+')
        return false;
    (void)obol_reader_take(in);
    int hours = take_number(in, 2);
    (void)obol_reader_skip(in, ':');
    int rest = take_number(in, 2);
    *minutes = (hours * 60 + rest) * (west ? -1 : 1);
    return hours >= 0 && hours <= 14 && rest >= 0 && rest <= 59 && obol_reader_done(in);
}

static bool parse_iso(struct obol_slice text, int zone_minutes, int64_t *ms)
{
    struct obol_reader in = obol_reader(text);
    int64_t days = 0, of_day = 0;
    if (!take_date(&in, &days) || !(obol_reader_skip(&in, 'T') || obol_reader_skip(&in, ' ')) ||
        !take_clock(&in, &of_day) || !take_zone(&in, &zone_minutes))
        return false;
    *ms = days * INT64_C(86400000) + of_day - zone_minutes * INT64_C(60000);
    return *ms >= 0;
}

static bool is_in_ms(const struct obol_field *field)
{
    size_t size = strlen(field->name);
    return size > 3 && strcmp(field->name + size - 3, "_ms") == 0;
}

bool obol_read_time(const struct obol_reading *reading, const struct obol_field *field,
                    const struct obol_node *value, struct obol_read_value *result)
{
    bool none = (field->flags & OBOL_ZERO_IS_NONE) != 0;
    int64_t integer = 0;
    if (value->type != OBOL_NODE_NUMBER && value->type != OBOL_NODE_TEXT)
        return false;
    if (value->type == OBOL_NODE_TEXT && value->text.size == 0)
        return true;
    if (value->type == OBOL_NODE_TEXT && parse_iso(value->text, reading->zone_minutes, &integer))
        integer /= is_in_ms(field) ? 1 : 1000;
    else if (!obol_text_int64(whole_part(value), &integer) || (integer < 0 && !none) ||
             (field->as == OBOL_SECONDS &&
              __builtin_mul_overflow(integer, (int64_t)1000, &integer)))
        return false;
    if (integer <= 0 && none)
        return true;
    result->node = obol_node_integer(reading->arena, integer);
    return result->node != NULL;
}
