#include "provider/appwheel/appwheel.h"

/* createPurchase in its three kinds (sheet 6.3); rows stand in the order of the sheet's samples. */

static const struct obol_word payment_mode[] = {{.word = "payment"}, {0}};
static const struct obol_word sku_mode[] = {{.word = "sku_payment"}, {0}};

/* clang-format off */
#define PRODUCT                                                                                    \
    {.name = "items[1].product_id", .wire = "productId", .type = OBOL_TEXT,                        \
     .flags = OBOL_REQUIRED, .max = 255, .sample = "price_1LGLc9",                                 \
     .doc = "a productId from product.list"}
#define RETURN_URLS                                                                                \
    {.name = "return_url", .wire = "successUrl", .type = OBOL_URL,                                 \
     .flags = OBOL_REQUIRED | OBOL_ANY_SCHEME, .max = 2048, .sample = "https://shop.example/ok",   \
     .doc = "where the browser goes when the payer has paid; it proves nothing"},                  \
    {.name = "cancel_url", .wire = "cancelUrl", .type = OBOL_URL,                                  \
     .flags = OBOL_REQUIRED | OBOL_ANY_SCHEME, .max = 2048, .sample = "https://shop.example/no",   \
     .doc = "where the browser goes when the payer backs out"}
#define MODE(words, value)                                                                         \
    {.name = "extra.appwheel.mode", .wire = "mode", .type = OBOL_TEXT, .oneof = words,             \
     .preset = value, .sample = value, .doc = "the kind of one-off purchase"}
#define QUANTITY                                                                                   \
    {.name = "items[1].quantity", .wire = "quantity", .type = OBOL_INTEGER, .min = 1,              \
     .max = 1000000, .preset = "1", .sample = "1", .doc = "number of units"}

static const struct obol_field subscription_request[] = {
    APPWHEEL_CUSTOMER(OBOL_IN_BODY),
    PRODUCT,
    RETURN_URLS,
    {.name = "trial_days", .wire = "trialPeriodDays", .type = OBOL_INTEGER, .min = 1, .max = 730,
     .sample = "7", .doc = "days before the first charge; a product's own trial does nothing"},
    {.name = "promotion_code", .wire = "promotionCode", .type = OBOL_TEXT, .as = OBOL_ONE_IN_LIST,
     .max = 255, .sample = "SPRING", .doc = "one code at most"},
    {0},
};

static const struct obol_field payment_request[] = {
    APPWHEEL_CUSTOMER(OBOL_IN_BODY),
    PRODUCT,
    RETURN_URLS,
    MODE(payment_mode, "payment"),
    QUANTITY,
    {.name = "amount", .type = OBOL_MONEY, .as = OBOL_MINOR_NUMBER, .place = OBOL_NOWHERE,
     .flags = OBOL_REQUIRED, .sample = "10.00",
     .doc = "what the payer pays for all units together"},
    {.name = "pay_price", .wire = "payPrice", .type = OBOL_INTEGER,
     .make = obol_appwheel_pay_price, .configurable = "pay_price",
     .doc = "the amount in minor units, of one unit or of all"},
    {.name = "description", .wire = "productName", .type = OBOL_TEXT, .flags = OBOL_REQUIRED,
     .max = 250, .sample = "tea lights", .doc = "the title on the payment page"},
    {.name = "currency", .wire = "currency", .type = OBOL_CURRENCY, .as = OBOL_LOWER,
     .flags = OBOL_REQUIRED, .sample = "USD", .doc = "of the amount"},
    {0},
};
/* clang-format on */

static const struct obol_field sku_request[] = {
    APPWHEEL_CUSTOMER(OBOL_IN_BODY), PRODUCT,  RETURN_URLS,
    MODE(sku_mode, "sku_payment"),   QUANTITY, {0},
};

/* clang-format off */
static const struct obol_field purchase_reply[] = {
    {.name = "action.url", .wire = "data.checkoutUrl", .type = OBOL_URL,
     .sample = "https://checkout.stripe.com/pay/x", .doc = "the payment page, with its fragment"},
    {.name = "live", .type = OBOL_BOOLEAN, .read = obol_appwheel_read_session_mode,
     .doc = "whether real money is taken, as the session's id in the page's address tells"},
    {0},
};
/* clang-format on */

/* A success without a page to open is not one: nobody could pay it. */
/* clang-format off */
static const struct obol_outcome_row purchase_outcomes[] = {
    APPWHEEL_SUCCESS("data.checkoutUrl", OBOL_ACCEPTED, "success"),
    {0},
};
/* clang-format on */

#define PURCHASE                                                                                   \
    .request_line = "POST /v1/stripe/purchase/create", .effect = OBOL_OFFER,                       \
    .found_by = OBOL_BY_NOTHING, .repeat_safe = OBOL_NO, .proof_with = "entitlement.get",          \
    .reply = purchase_reply, .outcomes = purchase_outcomes

const struct obol_operation obol_appwheel_subscription_create = {
    .name = "subscription.create",
    PURCHASE,
    .request = subscription_request,
    .doc = "A page on which a user starts a subscription.",
    .source = "AppWheel documentation, MakingPurchases/JS",
};

const struct obol_operation obol_appwheel_payment_create = {
    .name = "payment.create",
    PURCHASE,
    .variant = "payment",
    .when = "extra.appwheel.mode",
    .or_absent = true,
    .request = payment_request,
    .doc = "A page on which a user pays once, at a price given here.",
    .source = "AppWheel documentation, MakingPurchases/JS",
};

const struct obol_operation obol_appwheel_payment_create_sku = {
    .name = "payment.create",
    PURCHASE,
    .variant = "sku_payment",
    .when = "extra.appwheel.mode",
    .request = sku_request,
    .doc = "A page on which a user pays once, at the product's price.",
    .source = "AppWheel documentation, MakingPurchases/JS",
};
