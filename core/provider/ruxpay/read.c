#include "provider/ruxpay/ruxpay.h"

#include "schema/path.h"

#include <time.h>

/* Values that a reply tells in another way than a result, and the dates of queries. */

enum { DAY_S = 86400, CLOCK_S = 8 * 3600 };

struct obol_node *obol_ruxpay_read_live(const struct obol_reading *reading,
                                        const struct obol_node *object)
{
    const struct obol_node *test = obol_node_get(object, obol_slice_text("isTest"));
    bool yes =
        test != NULL &&
        (test->type == OBOL_NODE_BOOLEAN ? test->boolean : obol_slice_is(test->text, "true"));
    bool no =
        test != NULL &&
        (test->type == OBOL_NODE_BOOLEAN ? !test->boolean : obol_slice_is(test->text, "false"));
    return yes || no ? obol_node_boolean(reading->arena, no) : NULL;
}

static struct obol_slice card_of(const struct obol_node *object)
{
    const struct obol_node *card = obol_node_get(object, obol_slice_text("transactionCardNumber"));
    bool shown = card != NULL && (card->type == OBOL_NODE_TEXT || card->type == OBOL_NODE_NUMBER);
    return shown ? card->text : obol_slice(NULL, 0);
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* "420000******0000": six digits, a filling, four digits. */
struct obol_node *obol_ruxpay_read_first6(const struct obol_reading *reading,
                                          const struct obol_node *object)
{
    struct obol_slice card = card_of(object);
    for (size_t i = 0; i < 6; i++)
        if (card.size < 12 || !is_digit(card.data[i]))
            return NULL;
    return obol_node_text(reading->arena, obol_slice(card.data, 6));
}

/* Takes the member out of `extra` whatever its filling is: a number sent in full is shown nowhere.
 */
struct obol_node *obol_ruxpay_read_last4(const struct obol_reading *reading,
                                         const struct obol_node *object)
{
    struct obol_slice card = card_of(object);
    char last[4];
    size_t count = 0;
    while (card.size != 0 && count < sizeof last) {
        char byte = card.data[--card.size];
        if (is_digit(byte))
            last[sizeof last - ++count] = byte;
    }
    if (count < sizeof last)
        return NULL;
    return obol_node_text(reading->arena,
                          obol_arena_copy(reading->arena, obol_slice(last, sizeof last)));
}

enum { DAY_SIZE = sizeof "9999-12-31" - 1, SECOND_SIZE = sizeof "9999-12-31 23:59:59" - 1 };

/* "2025-01-01 00:00:00" by the provider's clock, or the day alone. */
static bool write_date(const struct obol_record *record, size_t slot, int64_t second, size_t size,
                       struct obol_err *err)
{
    char text[SECOND_SIZE + 1] = "";
    time_t moment = (time_t)(second + CLOCK_S);
    struct tm parts;
    bool made = gmtime_r(&moment, &parts) != NULL &&
                strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts) == SECOND_SIZE;
    struct obol_slot *date = &record->slots[slot];
    date->text = obol_arena_copy(record->arena, obol_slice(text, size));
    date->set = made && date->text.data != NULL;
    return date->set || obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
}

static int64_t second_of(const struct obol_record *record, const char *name)
{
    return obol_record_get(record, name)->integer / 1000;
}

bool obol_ruxpay_day_before(const struct obol_record *record, size_t slot, struct obol_err *err)
{
    return write_date(record, slot, second_of(record, "created_ms") - DAY_S, DAY_SIZE, err);
}

bool obol_ruxpay_day_after(const struct obol_record *record, size_t slot, struct obol_err *err)
{
    return write_date(record, slot, second_of(record, "created_ms") + DAY_S, DAY_SIZE, err);
}

bool obol_ruxpay_from(const struct obol_record *record, size_t slot, struct obol_err *err)
{
    return write_date(record, slot, second_of(record, "from_ms"), SECOND_SIZE, err);
}

/* The same day and time of the next month by the provider's clock, or the last day of it. */
static int64_t month_after(int64_t second)
{
    time_t moment = (time_t)(second + CLOCK_S);
    struct tm parts;
    if (gmtime_r(&moment, &parts) == NULL)
        return second;
    int day = parts.tm_mday;
    parts.tm_mon++;
    int64_t end = (int64_t)timegm(&parts) - CLOCK_S;
    /* a day that the month lacks was counted on into the one behind it */
    return parts.tm_mday == day ? end : end - (int64_t)parts.tm_mday * DAY_S;
}

bool obol_ruxpay_until(const struct obol_record *record, size_t slot, struct obol_err *err)
{
    int64_t from = second_of(record, "from_ms"), to = second_of(record, "to_ms");
    if (to < from || to > month_after(from))
        return obol_fail(err, OBOL_ERR_INVALID, "to_ms",
                         "expected from_ms or later, and at most a month later");
    return write_date(record, slot, to, SECOND_SIZE, err);
}
