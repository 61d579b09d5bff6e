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
    quote(out, field->as == OBOL_AS_TEXT);
    add_integer(out, slot->integer);
    quote(out, field->as == OBOL_AS_TEXT);
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

void obol_write_money(struct obol_buf *out, const struct obol_field *field,
                      const struct obol_slot *slot, const struct obol_exponent *exponents)
{
    int places = obol_places(slot->currency, exponents);
    bool text = field->as == OBOL_MAJOR_TEXT || field->as == OBOL_MINOR_TEXT ||
                field->as == OBOL_MILLI_TEXT;
    quote(out, text);
    if (field->as == OBOL_MINOR_NUMBER || field->as == OBOL_MINOR_TEXT)
        add_integer(out, provider_minor(slot, places));
    else if (field->as == OBOL_MILLI_TEXT)
        add_integer(out, provider_minor(slot, 3));
    else
        obol_decimal_format(out, slot->integer, slot->currency->exponent);
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
