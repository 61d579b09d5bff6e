#include "provider/appwheel/appwheel.h"

#include "base/text.h"
#include "schema/path.h"
#include "schema/read.h"

/* Values that several members make together. */

static struct obol_node *word(const struct obol_reading *reading, const char *text)
{
    return obol_node_text(reading->arena, obol_slice_text(text));
}

/* { interval: "month", interval_count: 3 } is P3M. */
struct obol_node *obol_appwheel_read_interval(const struct obol_reading *reading,
                                              const struct obol_node *object)
{
    static const struct {
        const char *name;
        char letter;
    } units[] = {{"day", 'D'}, {"week", 'W'}, {"month", 'M'}, {"year", 'Y'}};
    const struct obol_node *unit = obol_path_find(object, "pricingInfo.recurring.interval");
    int64_t count = 0;
    if (unit == NULL ||
        !obol_node_int64(obol_path_find(object, "pricingInfo.recurring.interval_count"), &count) ||
        count < 1 || count > 999)
        return NULL;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (obol_slice_is(unit->text, units[i].name))
            return obol_node_text(reading->arena, obol_arena_format(reading->arena, "P%d%c",
                                                                    (int)count, units[i].letter));
    }
    return NULL;
}

/* Ids of Stripe's sessions begin cs_test_ or cs_live_ (sheet 1); others tell nothing. */
struct obol_node *obol_appwheel_read_session_mode(const struct obol_reading *reading,
                                                  const struct obol_node *object)
{
    const struct obol_node *url = obol_path_find(object, "data.checkoutUrl");
    if (url == NULL || url->type != OBOL_NODE_TEXT)
        return NULL;
    /* a fragment may hold anything */
    size_t size = 0;
    while (size < url->text.size && url->text.data[size] != '#')
        size++;
    bool test = memmem(url->text.data, size, "/cs_test_", 9) != NULL;
    bool live = memmem(url->text.data, size, "/cs_live_", 9) != NULL;
    return test != live ? obol_node_boolean(reading->arena, live) : NULL;
}

/* Order status (sheet 7) as the state of a subscription: a trial is paid for too, and what ended
 * with auto-renewal off was canceled, not lost. */
struct obol_node *obol_appwheel_read_order_status(const struct obol_reading *reading,
                                                  const struct obol_node *object)
{
    const struct obol_node *trial = obol_path_find(object, "isTrialPeriod");
    const struct obol_node *renew = obol_path_find(object, "isAutoRenew");
    int64_t status = 0;
    if (!obol_node_int64(obol_path_find(object, "status"), &status))
        return NULL;
    switch (status) {
    case 0:
        return word(reading, "incomplete");
    case 1:
        return word(reading, trial != NULL && trial->boolean ? "trialing" : "active");
    case 2:
        return word(reading, renew != NULL && !renew->boolean ? "canceled" : "expired");
    case 3:
    case 5:
        return word(reading, "past_due");
    case 4:
        return word(reading, "paused");
    default:
        return NULL;
    }
}

struct obol_node *obol_appwheel_read_invoice_amount(const struct obol_reading *reading,
                                                    const struct obol_node *object)
{
    const struct obol_slot *unit = obol_record_get(reading->account, "invoice_price");
    bool minor = unit != NULL && obol_slice_is(unit->text, "minor");
    const struct obol_field field = {.type = OBOL_MONEY,
                                     .as = minor ? OBOL_MINOR_TEXT : OBOL_MILLI_TEXT};
    const struct obol_node *price = obol_path_find(object, "payPrice");
    struct obol_read_value value = {0};
    if (price == NULL || !obol_read_money(reading, &field, price, &value))
        return NULL;
    return value.node;
}
