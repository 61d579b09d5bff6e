#include "money/decimal.h"
#include "schema/types.h"

void obol_check_currency(struct obol_checking *checking, const struct obol_field *field,
                         const struct obol_node *value, struct obol_slot *slot)
{
    (void)field;
    const struct obol_currency *currency =
        value->type == OBOL_NODE_TEXT ? obol_currency_find(value->text) : NULL;
    if (currency == NULL || currency->exponent < 0) {
        obol_expected(checking, "a current ISO 4217 code in upper case");
        return;
    }
    slot->currency = currency;
    slot->set = true;
}

/* Money of the caller's own has its currency with it, text has the call's. */
static bool read_amount(struct obol_checking *checking, const struct obol_node *value,
                        struct obol_slot *slot)
{
    if (value->type == OBOL_NODE_MONEY) {
        slot->currency = obol_currency_find(value->text);
        slot->integer = value->integer;
        if (checking->currency != NULL && slot->currency != checking->currency) {
            obol_expected(checking, "an amount in the currency of the call");
            return false;
        }
        return slot->currency != NULL;
    }
    if (value->type != OBOL_NODE_TEXT || (value->flags & OBOL_NODE_SECRET) != 0) {
        obol_expected(checking, "text such as \"8.88\" or an obol.money, not a number");
        return false;
    }
    if (checking->currency == NULL) {
        obol_problem_add(checking->problems, OBOL_ERR_INVALID, "currency",
                         "expected a currency for the amount");
        return false;
    }
    slot->currency = checking->currency;
    int places = checking->currency->exponent;
    if (!obol_decimal_parse(value->text, places, &slot->integer, NULL)) {
        obol_expected(checking, "an exact decimal with at most %d places", places);
        return false;
    }
    return true;
}

/* Whether the provider counts in units small enough for this amount. */
static bool is_expressible(const struct obol_checking *checking, const struct obol_field *field,
                           const struct obol_slot *slot)
{
    int64_t ignored = 0;
    bool thousandths = field->as == OBOL_MILLI_TEXT || field->as == OBOL_TWO_PLACES;
    int places = thousandths ? 3 : obol_places(slot->currency, checking->exponents);
    bool by_places = thousandths || field->as == OBOL_MINOR_NUMBER || field->as == OBOL_MINOR_TEXT;
    return !by_places || obol_rescale(slot->integer, slot->currency->exponent, places, &ignored);
}

/* Whether no more than `digits` of them stand before the point. */
static bool is_short(const struct obol_slot *slot, int64_t digits)
{
    int64_t end = 1;
    if (digits > OBOL_DECIMAL_PLACES)
        return true;
    for (int64_t i = digits + slot->currency->exponent; i > 0; i--)
        if (__builtin_mul_overflow(end, (int64_t)10, &end))
            return true;
    return slot->integer < end;
}

void obol_check_money(struct obol_checking *checking, const struct obol_field *field,
                      const struct obol_node *value, struct obol_slot *slot)
{
    if (!read_amount(checking, value, slot))
        return;
    bool zero_too = (field->flags & OBOL_ZERO_TOO) != 0;
    if (slot->integer < (zero_too ? 0 : 1)) {
        obol_expected(checking, zero_too ? "0 or more" : "more than 0");
        return;
    }
    if (field->max != 0 && !is_short(slot, field->max)) {
        obol_expected(checking, "at most %d digits before the point", (int)field->max);
        return;
    }
    if (!is_expressible(checking, field, slot)) {
        obol_expected(checking, "an amount that the provider can count exactly");
        return;
    }
    slot->set = true;
}

int obol_places(const struct obol_currency *currency, const struct obol_exponent *exponents)
{
    for (; exponents != NULL && exponents->code != NULL; exponents++)
        if (strcmp(exponents->code, currency->code) == 0)
            return exponents->places;
    return currency->exponent;
}

bool obol_rescale(int64_t value, int from_places, int to_places, int64_t *result)
{
    for (; from_places < to_places; from_places++) {
        if (__builtin_mul_overflow(value, (int64_t)10, &value))
            return false;
    }
    for (; from_places > to_places; from_places--) {
        if (value % 10 != 0)
            return false;
        value /= 10;
    }
    *result = value;
    return true;
}
