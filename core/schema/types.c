#include "schema/types.h"

#include "schema/read.h"
#include "schema/write.h"

static const struct obol_type_ops types[] = {
    [OBOL_TEXT] = {.check = obol_check_text, .write = obol_write_text, .read = obol_read_text},
    [OBOL_INTEGER] = {.check = obol_check_integer,
                      .write = obol_write_integer,
                      .read = obol_read_integer},
    [OBOL_MONEY] = {.check = obol_check_money, .write = obol_write_money, .read = obol_read_money},
    [OBOL_CURRENCY] = {.check = obol_check_currency,
                       .write = obol_write_currency,
                       .read = obol_read_currency},
    [OBOL_BOOLEAN] = {.check = obol_check_boolean,
                      .write = obol_write_boolean,
                      .read = obol_read_boolean},
    [OBOL_URL] = {.check = obol_check_url, .write = obol_write_text, .read = obol_read_url},
    [OBOL_TIME] = {.check = obol_check_integer,
                   .write = obol_write_integer,
                   .read = obol_read_time},
    [OBOL_INTERVAL] = {.check = obol_check_interval,
                       .write = obol_write_text,
                       .read = obol_read_interval},
    [OBOL_DURATION] = {.check = obol_check_duration,
                       .write = obol_write_integer,
                       .read = obol_read_integer},
    [OBOL_SECRET] = {.check = obol_check_secret,
                     .write = obol_write_secret,
                     .read = obol_read_secret},
    [OBOL_LIST] = {.check = obol_check_list, .write = obol_write_list, .read = obol_read_list},
    [OBOL_ANY] = {.check = obol_check_any, .write = obol_write_any, .read = obol_read_any},
};
_Static_assert(sizeof types / sizeof types[0] == OBOL_TYPE_COUNT, "every type has its row");

const struct obol_type_ops *obol_type_ops(enum obol_type type)
{
    return &types[type];
}
