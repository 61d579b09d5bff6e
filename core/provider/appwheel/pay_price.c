#include "provider/appwheel/appwheel.h"

/* payPrice: minor units as Stripe counts them, of one unit unless the account says otherwise; which
 * of the two AppWheel means is not documented (sheet 6.3). */
bool obol_appwheel_pay_price(const struct obol_record *record, size_t slot, struct obol_err *err)
{
    const struct obol_slot *amount = obol_record_get(record, "amount");
    const struct obol_slot *quantity = obol_record_get(record, "items[1].quantity");
    const struct obol_slot *pay_price = obol_record_get(record->account, "pay_price");
    int places = obol_places(amount->currency, obol_appwheel.exponents);
    int64_t price = 0;
    if (!obol_rescale(amount->integer, amount->currency->exponent, places, &price))
        return obol_fail(err, OBOL_ERR_INVALID, "amount",
                         "expected an amount that the provider can count exactly");
    if (obol_slice_is(pay_price->text, "unit")) {
        if (price % quantity->integer != 0)
            return obol_fail(err, OBOL_ERR_INVALID, "amount",
                             "expected a multiple of the quantity");
        price /= quantity->integer;
    }
    record->slots[slot].integer = price;
    record->slots[slot].set = true;
    return true;
}
