#include "schema/read.h"

#include "base/text.h"
#include "money/decimal.h"
#include "wire/url.h"

enum { URL_MAX = 16 * 1024 };

static bool give(struct obol_read_value *result, struct obol_node *node)
{
    result->node = node;
    return node != NULL;
}

static bool leave(struct obol_read_value *result)
{
    result->left = true;
    return true;
}

/* The caller's word for one of the wire, which may be written as text or as a number. */
static bool read_word(const struct obol_reading *reading, const struct obol_field *field,
                      const struct obol_node *value, struct obol_read_value *result)
{
    if (value->type != OBOL_NODE_TEXT && value->type != OBOL_NODE_NUMBER)
        return false;
    for (const struct obol_word *word = field->oneof; word->word != NULL; word++)
        if (obol_slice_is(value->text, word->wire != NULL ? word->wire : word->word))
            return give(result, obol_node_text(reading->arena, obol_slice_text(word->word)));
    return value->text.size == 0 || leave(result);
}

bool obol_read_text(const struct obol_reading *reading, const struct obol_field *field,
                    const struct obol_node *value, struct obol_read_value *result)
{
    if (field->oneof != NULL)
        return read_word(reading, field, value, result);
    bool number = field->as == OBOL_AS_PLAIN ? false : value->type == OBOL_NODE_NUMBER;
    if (value->type != OBOL_NODE_TEXT && !number)
        return false;
    return value->text.size == 0 || give(result, obol_node_text(reading->arena, value->text));
}

static bool read_int64(const struct obol_node *value, int64_t *integer)
{
    return (value->type == OBOL_NODE_NUMBER || value->type == OBOL_NODE_TEXT) &&
           obol_text_int64(value->text, integer);
}

bool obol_read_integer(const struct obol_reading *reading, const struct obol_field *field,
                       const struct obol_node *value, struct obol_read_value *result)
{
    int64_t integer = 0;
    if (!read_int64(value, &integer))
        return false;
    if (field->max != 0 && (integer < field->min || integer > field->max))
        return false;
    return give(result, obol_node_integer(reading->arena, integer));
}

bool obol_read_boolean(const struct obol_reading *reading, const struct obol_field *field,
                       const struct obol_node *value, struct obol_read_value *result)
{
    int64_t integer = 0;
    /* a third state of what was documented as two */
    if (field->as == OBOL_AS_BIT && obol_node_int64(value, &integer) &&
        (integer < 0 || integer > 1))
        return leave(result);
    bool yes = obol_slice_is(value->text, field->as == OBOL_AS_BIT ? "1" : "true");
    bool no = obol_slice_is(value->text, field->as == OBOL_AS_BIT ? "0" : "false");
    if (value->type == OBOL_NODE_BOOLEAN)
        yes = value->boolean;
    else if (field->as == OBOL_AS_PLAIN || !(yes || no) ||
             (value->type != OBOL_NODE_TEXT && value->type != OBOL_NODE_NUMBER))
        return false;
    return give(result, obol_node_boolean(reading->arena, yes));
}

const struct obol_currency *obol_read_code(const struct obol_node *value)
{
    if (value == NULL || value->type != OBOL_NODE_TEXT || value->text.size != 3)
        return NULL;
    char code[3];
    for (size_t i = 0; i < sizeof code; i++) {
        char letter = value->text.data[i];
        code[i] = letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
    }
    return obol_currency_find(obol_slice(code, sizeof code));
}

bool obol_read_currency(const struct obol_reading *reading, const struct obol_field *field,
                        const struct obol_node *value, struct obol_read_value *result)
{
    (void)field;
    if (value->type != OBOL_NODE_TEXT)
        return false;
    const struct obol_currency *currency =
        value == reading->code ? reading->currency : obol_read_code(value);
    if (currency == NULL)
        return value->text.size == 0 || leave(result);
    return give(result, obol_node_text(reading->arena, obol_slice_text(currency->code)));
}

/* Minor units by ISO 4217 from the provider's own way of counting. */
static bool read_minor(const struct obol_reading *reading, const struct obol_field *field,
                       const struct obol_node *value, int64_t *minor)
{
    struct obol_slice text = value->text;
    int exponent = reading->currency->exponent;
    int64_t integer = 0;
    switch (field->as) {
    case OBOL_MINOR_NUMBER:
    case OBOL_MINOR_TEXT:
        return obol_text_int64(text, &integer) &&
               obol_rescale(integer, obol_places(reading->currency, reading->exponents), exponent,
                            minor);
    case OBOL_MILLI_TEXT:
        return obol_text_int64(text, &integer) && obol_rescale(integer, 3, exponent, minor);
    default:
        return value->type == OBOL_NODE_NUMBER
                   ? obol_decimal_parse_number(text, exponent, minor, NULL)
                   : obol_decimal_parse_padded(text, exponent, minor, NULL);
    }
}

bool obol_read_money(const struct obol_reading *reading, const struct obol_field *field,
                     const struct obol_node *value, struct obol_read_value *result)
{
    if (value->type != OBOL_NODE_NUMBER && value->type != OBOL_NODE_TEXT)
        return false;
    if (value->text.size == 0)
        return true;
    /* a number without a currency is no amount; it stays readable in `extra` */
    if (reading->currency == NULL || reading->currency->exponent < 0)
        return leave(result);
    int64_t minor = 0;
    if (!read_minor(reading, field, value, &minor))
        return false;
    struct obol_node *money = obol_node_new(reading->arena, OBOL_NODE_MONEY);
    if (money == NULL)
        return false;
    money->integer = minor;
    money->text = obol_slice_text(reading->currency->code);
    return give(result, money);
}

bool obol_read_url(const struct obol_reading *reading, const struct obol_field *field,
                   const struct obol_node *value, struct obol_read_value *result)
{
    (void)field;
    if (value->type != OBOL_NODE_TEXT || value->text.size > URL_MAX)
        return false;
    if (value->text.size == 0)
        return true;
    struct obol_url url;
    if (!obol_url_parse(value->text, &url, NULL))
        return false;
    /* a page that is opened may only be a page: nothing that runs in the one it is opened from */
    if (!obol_ascii_equal_nocase(url.scheme, obol_slice_text("https")) &&
        !obol_ascii_equal_nocase(url.scheme, obol_slice_text("http")) &&
        (field->flags & OBOL_ANY_SCHEME) == 0)
        return false;
    return give(result, obol_node_text(reading->arena, value->text));
}

bool obol_read_interval(const struct obol_reading *reading, const struct obol_field *field,
                        const struct obol_node *value, struct obol_read_value *result)
{
    (void)field;
    if (value->type != OBOL_NODE_TEXT)
        return false;
    if (value->text.size == 0)
        return true;
    if (!obol_interval_valid(value->text))
        return leave(result);
    return give(result, obol_node_text(reading->arena, value->text));
}

bool obol_read_secret(const struct obol_reading *reading, const struct obol_field *field,
                      const struct obol_node *value, struct obol_read_value *result)
{
    (void)field;
    if (value->type != OBOL_NODE_TEXT || value->text.size == 0)
        return false;
    struct obol_node *node = obol_node_text(reading->arena, value->text);
    if (node != NULL)
        node->flags |= OBOL_NODE_SECRET;
    return give(result, node);
}

bool obol_read_any(const struct obol_reading *reading, const struct obol_field *field,
                   const struct obol_node *value, struct obol_read_value *result)
{
    (void)field;
    return give(result, obol_node_alias(reading->arena, value));
}
