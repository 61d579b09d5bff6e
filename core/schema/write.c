#include "schema/write.h"

#include "base/text.h"
#include "money/decimal.h"
#include "schema/encode.h"
#include "wire/json.h"

#include <inttypes.h>

void obol_write_text(struct obol_buf *out, const struct obol_field *field,
                     const struct obol_slot *slot, const struct obol_exponent *exponents)
{
    (void)exponents;
    bool listed = field->as == OBOL_ONE_IN_LIST;
    if (listed)
        obol_buf_add_byte(out, '[');
    if (slot->plain)
        obol_json_write_plain(out, slot->text);
    else
        obol_json_write_text(out, slot->text);
    if (listed)
        obol_buf_add_byte(out, ']');
}

static void add_integer(struct obol_buf *out, int64_t integer)
{
    char room[OBOL_INT64_ROOM];
    obol_buf_add(out, obol_text_of_int64(room, integer));
}

static void quote(struct obol_buf *out, bool quoted)
{
    if (quoted)
        obol_buf_add_byte(out, '"');
}

void obol_write_integer(struct obol_buf *out, const struct obol_field *field,
                        const struct obol_slot *slot, const struct obol_exponent *exponents)
{
    (void)exponents;
    bool two = field->as == OBOL_TWO_DIGITS;
    int64_t shown = two ? slot->integer % 100 : slot->integer;
    if (field->as == OBOL_SECONDS)
        shown /= 1000;
    quote(out, two || field->as == OBOL_AS_TEXT);
    if (two && shown < 10)
        obol_buf_add_byte(out, '0');
    add_integer(out, shown);
    quote(out, two || field->as == OBOL_AS_TEXT);
}

void obol_write_boolean(struct obol_buf *out, const struct obol_field *field,
                        const struct obol_slot *slot, const struct obol_exponent *exponents)
{
    (void)exponents;
    quote(out, field->as == OBOL_AS_TEXT);
    obol_buf_add_text(out, slot->boolean ? "true" : "false");
    quote(out, field->as == OBOL_AS_TEXT);
}

/* The integer that a provider counts an amount in; the check of the record has made sure of it. */
static int64_t provider_minor(const struct obol_slot *slot, int places)
{
    int64_t minor = 0;
    return obol_rescale(slot->integer, slot->currency->exponent, places, &minor) ? minor : 0;
}

/* A decimal with no more zeros at its end than `places` asks for. */
static void add_shortened(struct obol_buf *out, const struct obol_slot *slot, int places)
{
    int64_t units = slot->integer;
    int written = slot->currency->exponent;
    for (; written > places && units % 10 == 0; written--)
        units /= 10;
    for (; written < places; written++)
        units *= 10; /* the check of the record has made sure that it fits */
    obol_decimal_format(out, units, written);
}

void obol_write_money(struct obol_buf *out, const struct obol_field *field,
                      const struct obol_slot *slot, const struct obol_exponent *exponents)
{
    bool text = field->as != OBOL_MAJOR_NUMBER && field->as != OBOL_MINOR_NUMBER;
    quote(out, text);
    switch (field->as) {
    case OBOL_MINOR_NUMBER:
    case OBOL_MINOR_TEXT:
        add_integer(out, provider_minor(slot, obol_places(slot->currency, exponents)));
        break;
    case OBOL_MILLI_TEXT:
        add_integer(out, provider_minor(slot, 3));
        break;
    case OBOL_MAJOR_NUMBER:
        add_shortened(out, slot, 0);
        break;
    case OBOL_TWO_PLACES:
        add_shortened(out, slot, 2);
        break;
    default:
        obol_decimal_format(out, slot->integer, slot->currency->exponent);
    }
    quote(out, text);
}

void obol_write_currency(struct obol_buf *out, const struct obol_field *field,
                         const struct obol_slot *slot, const struct obol_exponent *exponents)
{
    (void)exponents;
    const char *code = slot->currency->code;
    obol_buf_add_byte(out, '"');
    for (size_t i = 0; i < 3; i++)
        obol_buf_add_byte(out, field->as == OBOL_LOWER ? obol_ascii_lower(code[i]) : code[i]);
    obol_buf_add_byte(out, '"');
}

void obol_write_secret(struct obol_buf *out, const struct obol_field *field,
                       const struct obol_slot *slot, const struct obol_exponent *exponents)
{
    (void)field, (void)exponents;
    obol_json_write_text(out, slot->secrets[0]);
}

void obol_write_list(struct obol_buf *out, const struct obol_field *field,
                     const struct obol_slot *slot, const struct obol_exponent *exponents)
{
    (void)field;
    obol_buf_add_byte(out, '[');
    for (size_t i = 0; i < slot->count; i++) {
        if (i != 0)
            obol_buf_add_byte(out, ',');
        obol_encode_json(out, &slot->items[i], exponents);
    }
    obol_buf_add_byte(out, ']');
}

void obol_write_any(struct obol_buf *out, const struct obol_field *field,
                    const struct obol_slot *slot, const struct obol_exponent *exponents)
{
    (void)field, (void)exponents;
    if (!obol_json_write(out, slot->node, NULL))
        out->failed = true;
}
