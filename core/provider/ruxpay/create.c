#include "provider/ruxpay/ruxpay.h"

/* Payments and subscriptions by card, and the hosted page (sheet 4 and 5). */

static const struct obol_word sale_words[] = {{.word = "Sale"}, {.word = "Authorization"}, {0}};
static const struct obol_word page_words[] = {{.word = "Sale"}, {0}};
static const struct obol_word cycle_words[] = {
    {.word = "P1D", .wire = "DAY"},
    {.word = "P1W", .wire = "WEEK"},
    {.word = "P1M", .wire = "MONTH"},
    {.word = "P3M", .wire = "THREE_MONTHS"},
    {.word = "P6M", .wire = "SIX_MONTHS"},
    {.word = "P1Y", .wire = "YEAR"},
    {0},
};

/* clang-format off */
static const struct obol_field item[] = {
    RUXPAY_ROW("name", "productName", 128, OBOL_REQUIRED, "tea lights", "what is sold"),
    {.name = "call.currency", .wire = "currency", .type = OBOL_CURRENCY, .doc = "of the call"},
    {.name = "price", .wire = "price", .type = OBOL_MONEY, .as = OBOL_TWO_PLACES,
     .flags = OBOL_REQUIRED, .max = 9, .sample = "8.88", .doc = "of one unit"},
    RUXPAY_ROW("sku", "sku", 128, 0, "123-456-789", "the merchant's number of it"),
    {.name = "quantity", .wire = "quantity", .type = OBOL_INTEGER, .flags = OBOL_REQUIRED,
     .min = 1, .max = 9999, .sample = "1", .doc = "number of units"},
    {.name = "url", .wire = "productLink", .type = OBOL_URL, .max = 255,
     .sample = "https://shop.example/123-456-789", .doc = "its page"},
    {0},
};

#define ORDER                                                                                      \
    RUXPAY_ROW("call.key", "transactionId", 128, OBOL_REQUIRED, NULL, "the attempt's key, used once"), \
    RUXPAY_ROW("order_id", "orderId", 128, OBOL_REQUIRED, "A-1001", "the merchant's order"),       \
    {.name = "currency", .wire = "currency", .type = OBOL_CURRENCY, .flags = OBOL_REQUIRED,        \
     .sample = "USD", .doc = "of the amount"},                                                     \
    {.name = "amount", .wire = "amount", .type = OBOL_MONEY, .as = OBOL_TWO_PLACES,                \
     .flags = OBOL_REQUIRED, .max = 9, .sample = "8.88",                                           \
     .doc = "what the payer pays, of a subscription in each period"},                              \
    RUXPAY_ROW("customer.ip", "transactionIp", 128, OBOL_REQUIRED | OBOL_PERSONAL, "203.0.113.9",  \
               "the payer's address"),                                                             \
    {.name = "account.app_id", .wire = "appId", .type = OBOL_TEXT, .doc = "the app"},              \
    {.name = "account.domain", .wire = "domain", .type = OBOL_TEXT, .doc = "its main domain"},     \
    {.name = "return_url", .wire = "callbackUrl", .type = OBOL_URL, .flags = OBOL_REQUIRED,        \
     .max = 255, .sample = "https://shop.example/back",                                            \
     .doc = "where the browser comes back to; it proves nothing"},                                 \
    {.name = "notify_url", .wire = "notificationUrl", .type = OBOL_URL, .flags = OBOL_REQUIRED,    \
     .max = 255, .sample = "https://shop.example/notify", .doc = "where notifications go"},        \
    {.name = "items", .wire = "productInfos", .type = OBOL_LIST, .sub = item,                      \
     .flags = OBOL_REQUIRED, .doc = "what is sold; it need not add up to the amount"}
#define CARD                                                                                       \
    {.name = "card.number", .wire = "card.cardNumber", .type = OBOL_SECRET, .max = 20,             \
     .flags = OBOL_REQUIRED | OBOL_DIGITS, .doc = "digits alone; its check digit is not looked at"}, \
    {.name = "card.exp_year", .wire = "card.expiredYear", .type = OBOL_INTEGER, .min = 2000,       \
     .max = 2099, .as = OBOL_TWO_DIGITS, .flags = OBOL_REQUIRED, .sample = "2028",                 \
     .doc = "four digits; a past one is not refused, as test cards have it"},                      \
    {.name = "card.exp_month", .wire = "card.expiredMonth", .type = OBOL_INTEGER, .min = 1,        \
     .max = 12, .as = OBOL_TWO_DIGITS, .flags = OBOL_REQUIRED, .sample = "12", .doc = "1 to 12"},  \
    RUXPAY_ROW("card.holder", "card.cardholder", 128, OBOL_REQUIRED | OBOL_PERSONAL, "san zhang",  \
               "the name on the card"),                                                            \
    {.name = "card.cvv", .wire = "card.cvv", .type = OBOL_SECRET, .min = 3, .max = 4,              \
     .flags = OBOL_REQUIRED | OBOL_DIGITS, .doc = "with leading zeros; it is never kept"}
#define PERSON(word, member, most, example, text)                                                  \
    RUXPAY_ROW(word, member, most, OBOL_PERSONAL, example, text)
#define ADDRESS(of, object, need)                                                                  \
    {.name = of ".country", .wire = object ".country", .type = OBOL_TEXT, .min = 2, .max = 2,      \
     need, .sample = "CA", .doc = "ISO 3166-1, two letters"},                                      \
    PERSON(of ".first_name", object ".firstName", 64, "Gross", "given name"),                      \
    PERSON(of ".last_name", object ".lastName", 64, "Schmidt", "family name"),                     \
    PERSON(of ".email", object ".email", 255, "kael@shop.example", "email address"),               \
    PERSON(of ".phone", object ".phone", 32, "450-928-5752", "telephone number"),                  \
    RUXPAY_ROW(of ".state", object ".state", 128, 0, "Quebec", "state or province"),                      \
    PERSON(of ".city", object ".city", 128, "Longueuil", "town"),                                  \
    PERSON(of ".address", object ".address", 255, "rue Saint-Charles", "street"),                  \
    PERSON(of ".street_number", object ".streetNumber", 255, "3226", "house number"),              \
    PERSON(of ".zip", object ".zipCode", 64, "J4H 1M3", "postal code"),                            \
    PERSON(of ".document", object ".document", 64, "12345678909", "tax id, as Brazil wants it")
/* The limits that one brand gives are less than what its own example holds (sheet 12.9). */
#define BROWSER(word, member, example, text)                                                       \
    {.name = "browser." word, .wire = "browser." member, .type = OBOL_TEXT, .as = OBOL_AS_TEXT,    \
     .sample = example, .doc = text}
#define PAYER                                                                                      \
    ADDRESS("billing", "billingAddress", .flags = OBOL_REQUIRED),                                  \
    ADDRESS("shipping", "shippingAddress", .needed_by = "shipping"),                               \
    {.name = "three_ds", .wire = "secure", .type = OBOL_BOOLEAN, .sample = "false",                \
     .doc = "whether 3DS is asked for; the answer may want it all the same"},                      \
    BROWSER("accept", "accept", "text/html", "the header of that name"),                           \
    {.name = "browser.user_agent", .wire = "browser.userAgent", .type = OBOL_TEXT,                 \
     .needed_by = "three_ds", .sample = "Mozilla/5.0", .doc = "the header of that name"},          \
    BROWSER("accept_language", "acceptLanguage", "fr-CA", "the header of that name"),              \
    BROWSER("referer", "referer", "https://shop.example", "the header of that name"),              \
    {.name = "browser.java_enabled", .wire = "browser.javaEnabled", .type = OBOL_BOOLEAN,          \
     .sample = "false", .doc = "as the browser's script says"},                                    \
    BROWSER("color_depth", "colorDepth", "24", "bits of a pixel"),                                 \
    BROWSER("screen_height", "screenHeight", "1080", "pixels"),                                    \
    BROWSER("screen_width", "screenWidth", "1920", "pixels"),                                      \
    BROWSER("time_zone_offset", "timeZoneOffset", "-480", "as the browser's script says")
#define KIND(words)                                                                                \
    {.name = "extra.ruxpay.transaction_type", .wire = "transactionType", .type = OBOL_TEXT,        \
     .oneof = words, .preset = "Sale", .sample = "Sale", .doc = "what is done with the money"}

static const struct obol_field card_request[] = {ORDER, KIND(sale_words), CARD, PAYER, {0}};
static const struct obol_field subscription_request[] = {
    ORDER,
    CARD,
    {.name = "interval", .wire = "extension.subscriptionCycle", .type = OBOL_INTERVAL,
     .flags = OBOL_REQUIRED, .oneof = cycle_words, .sample = "P1W", .doc = "length of a period"},
    {.name = "cycles", .wire = "extension.subscriptionPeriod", .type = OBOL_INTEGER,
     .flags = OBOL_REQUIRED, .min = 1, .max = 99999999, .sample = "3",
     .doc = "number of charges, the first one among them"},
    PAYER,
    {0},
};
static const struct obol_field checkout_request[] = {
    ORDER,
    KIND(page_words),
    {.name = "extra.ruxpay.transaction_method", .wire = "transactionMethod", .type = OBOL_TEXT,
     .max = 32, .preset = "Default", .sample = "Default",
     .doc = "the way to pay that the page begins with: CreditCard, alipay, klarna ..."},
    PAYER,
    {0},
};

/* clang-format on */

#define CREATE(path, result)                                                                       \
    .request_line = "POST " path, .effect = result, .found_by = OBOL_BY_OUR_REF,                   \
    .found_with = "payment.query", .repeat_safe = OBOL_NO, .reply = obol_ruxpay_order,             \
    .outcomes = obol_ruxpay_paid

const struct obol_operation obol_ruxpay_payment_create = {
    .name = "payment.create",
    CREATE("/api/payment", OBOL_MONEY_MOVES),
    .variant = "card",
    .when = "method",
    .or_absent = true,
    .request = card_request,
    .doc = "A payment by card.",
    .source =
        "MZ documentation of the same platform, sale; RuxPay's own fields as in sale-subscribe",
};

const struct obol_operation obol_ruxpay_payment_create_checkout = {
    .name = "payment.create",
    CREATE("/checkout/payment", OBOL_OFFER),
    .variant = "checkout",
    .when = "method",
    .request = checkout_request,
    .doc = "A page on which the payer chooses how to pay.",
    .source = "RuxPay documentation, checkout",
};

const struct obol_operation obol_ruxpay_subscription_create = {
    .name = "subscription.create",
    CREATE("/api/subscription", OBOL_MONEY_MOVES),
    .request = subscription_request,
    .doc = "A subscription by card; its first charge is taken at once.",
    .source = "RuxPay documentation, sale-subscribe; WonderGate, item/subscribe-extension",
};
