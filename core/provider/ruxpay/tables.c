#include "provider/ruxpay/ruxpay.h"

/* What RuxPay is asked and what it answers. */

/* clang-format off */
#define TEXT(word, member, most, need, example, text)                                              \
    {.name = word, .wire = member, .type = OBOL_TEXT, .max = most, .flags = need,                  \
     .sample = example, .doc = text}
#define URL(word, member, need, text)                                                              \
    {.name = word, .wire = member, .type = OBOL_URL, .max = 255, .flags = need,                    \
     .sample = "https://shop.example/x", .doc = text}
#define AMOUNT(word, need, text)                                                                   \
    {.name = word, .wire = word, .type = OBOL_MONEY, .as = OBOL_TWO_PLACES, .max = 9,              \
     .flags = need, .sample = "8.88", .doc = text}
#define NUMBER(word, member, form, least, most, example, text)                                     \
    {.name = word, .wire = member, .type = OBOL_INTEGER, .as = form, .min = least, .max = most,    \
     .flags = OBOL_REQUIRED, .sample = example, .doc = text}
#define WORD(word, member, words, usual, text)                                                     \
    {.name = word, .wire = member, .type = OBOL_TEXT, .oneof = words, .preset = usual,             \
     .sample = usual, .doc = text}

/* Payments and subscriptions by card, and the hosted page (sheet 4 and 5). */
static const struct obol_field item[] = {
    TEXT("name", "productName", 128, OBOL_REQUIRED, "tea lights", "what is sold"),
    {.name = "call.currency", .wire = "currency", .type = OBOL_CURRENCY, .doc = "of the call"},
    AMOUNT("price", OBOL_REQUIRED | OBOL_ZERO_TOO, "of one unit; a gift is 0"),
    TEXT("sku", "sku", 128, 0, "123-456-789", "the merchant's number of it"),
    NUMBER("quantity", "quantity", OBOL_AS_PLAIN, 1, 9999, "1", "number of units"),
    URL("url", "productLink", 0, "its page"),
    {0},
};
#define ORDER                                                                                      \
    TEXT("call.key", "transactionId", 128, OBOL_REQUIRED, NULL, "the attempt's key, used once"),   \
    TEXT("order_id", "orderId", 128, OBOL_REQUIRED, "A-1001", "the merchant's order"),             \
    {.name = "currency", .wire = "currency", .type = OBOL_CURRENCY, .flags = OBOL_REQUIRED,        \
     .sample = "USD", .doc = "of the amount"},                                                     \
    AMOUNT("amount", OBOL_REQUIRED, "what the payer pays, of a subscription in each period"),      \
    PERSON("customer.ip", "transactionIp", 128, OBOL_REQUIRED, "203.0.113.9", "payer's address"),  \
    {.name = "account.app_id", .wire = "appId", .type = OBOL_TEXT, .doc = "the app"},              \
    {.name = "account.domain", .wire = "domain", .type = OBOL_TEXT, .doc = "its main domain"},     \
    URL("return_url", "callbackUrl", OBOL_REQUIRED, "where the browser returns; no proof"),        \
    URL("notify_url", "notificationUrl", OBOL_REQUIRED, "where notifications go"),                 \
    {.name = "items", .wire = "productInfos", .type = OBOL_LIST, .sub = item,                      \
     .flags = OBOL_REQUIRED, .doc = "what is sold; it need not add up to the amount"}
/* Neither the check digit nor a past expiry is refused: the test cards have both (sheet 12.8). */
#define CARD                                                                                       \
    {.name = "card.number", .wire = "card.cardNumber", .type = OBOL_SECRET, .max = 20,             \
     .flags = OBOL_REQUIRED | OBOL_DIGITS | OBOL_LUHN, .doc = "digits alone"},                                 \
    NUMBER("card.exp_year", "card.expiredYear", OBOL_TWO_DIGITS, 2000, 2099, "2028", "all of it"), \
    NUMBER("card.exp_month", "card.expiredMonth", OBOL_TWO_DIGITS, 1, 12, "12", "1 to 12"),        \
    PERSON("card.holder", "card.cardholder", 128, OBOL_REQUIRED, "san zhang", "name on the card"), \
    {.name = "card.cvv", .wire = "card.cvv", .type = OBOL_SECRET, .min = 3, .max = 4,              \
     .flags = OBOL_REQUIRED | OBOL_DIGITS, .doc = "with leading zeros; never kept"}
#define PERSON(word, member, most, need, example, text)                                            \
    TEXT(word, member, most, (need) | OBOL_PERSONAL, example, text)
/* `needed` says when the country is; whether all of a shipping address is, the pages disagree. */
#define ADDRESS(of, object, needed)                                                                \
    {.name = of ".country", .wire = object ".country", .type = OBOL_TEXT, .min = 2, .max = 2,      \
     needed, .sample = "CA", .doc = "ISO 3166-1, two letters"},                                    \
    PERSON(of ".first_name", object ".firstName", 64, 0, "Gross", "given name"),                   \
    PERSON(of ".last_name", object ".lastName", 64, 0, "Schmidt", "family name"),                  \
    PERSON(of ".email", object ".email", 255, 0, "kael@shop.example", "email address"),            \
    PERSON(of ".phone", object ".phone", 32, 0, "450-928-5752", "telephone number"),               \
    TEXT(of ".state", object ".state", 128, 0, "Quebec", "state or province"),                     \
    PERSON(of ".city", object ".city", 128, 0, "Longueuil", "town"),                               \
    PERSON(of ".address", object ".address", 255, 0, "rue Saint-Charles", "street"),               \
    PERSON(of ".street_number", object ".streetNumber", 255, 0, "3226", "house number"),           \
    PERSON(of ".zip", object ".zipCode", 64, 0, "J4H 1M3", "postal code"),                         \
    PERSON(of ".document", object ".document", 64, 0, "12345678909", "tax id, as Brazil wants it")
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
#define TYPE(words)                                                                                \
    WORD("extra.ruxpay.transaction_type", "transactionType", words, "Sale", "what is done")

/* Not Authorization: no call that captures is documented, and what is only held is not paid. */
static const struct obol_word sale[] = {{.word = "Sale"}, {0}};
static const struct obol_word cycles[] = {
    {.word = "P1D", .wire = "DAY"}, {.word = "P1W", .wire = "WEEK"},
    {.word = "P1M", .wire = "MONTH"}, {.word = "P3M", .wire = "THREE_MONTHS"},
    {.word = "P6M", .wire = "SIX_MONTHS"}, {.word = "P1Y", .wire = "YEAR"}, {0}};
static const struct obol_field card_request[] = {ORDER, TYPE(sale), CARD, PAYER, {0}};
static const struct obol_field subscription_request[] = {
    ORDER, CARD,
    {.name = "interval", .wire = "extension.subscriptionCycle", .type = OBOL_INTERVAL,
     .flags = OBOL_REQUIRED, .oneof = cycles, .sample = "P1W", .doc = "length of a period"},
    NUMBER("cycles", "extension.subscriptionPeriod", OBOL_AS_PLAIN, 1, 99999999, "3",
           "number of charges, the first one among them"),
    PAYER, {0}};
static const struct obol_field page_request[] = {
    ORDER, TYPE(sale),
    {.name = "extra.ruxpay.transaction_method", .wire = "transactionMethod", .type = OBOL_TEXT,
     .max = 32, .preset = "Default", .sample = "Default",
     .doc = "what the page begins with: CreditCard, alipay, klarna ..."},
    PAYER, {0}};

static const struct obol_field order_reply[] = {
    RUXPAY_TRANSACTION(0),
    RUXPAY_SHOWN("created_ms", "transactionAt", OBOL_TIME, "when it was made, for display"),
    {.name = "action.url", .wire = "redirectUrl", .type = OBOL_URL, .doc = "where the payer goes"},
    RUXPAY_SHOWN("method", "transactionMethod", OBOL_TEXT, "how it is paid: CreditCard ..."),
    RUXPAY_SHOWN("three_ds", "is3d", OBOL_BOOLEAN, "whether 3DS was asked for"),
    {0},
};
static const struct obol_outcome_row paid[] = {RUXPAY_PAID("redirectUrl"), {0}};

#define PAY(path, rows)                                                                            \
    .request_line = "POST " path, .request = rows, .reply = order_reply, .outcomes = paid,         \
    .found_by = OBOL_BY_OUR_REF, .found_with = "payment.query", .repeat_safe = OBOL_NO
static const struct obol_operation payment_create = {
    .name = "payment.create", PAY("/api/payment", card_request), .effect = OBOL_MONEY_MOVES,
    .when = "method", .variant = "card", .or_absent = true, .doc = "A payment by card.",
    .source = "MZ documentation of the same platform, sale; RuxPay documentation, sale-subscribe"};
static const struct obol_operation checkout_create = {
    .name = "payment.create", PAY("/checkout/payment", page_request), .effect = OBOL_OFFER,
    .when = "method", .variant = "checkout", .doc = "A page on which the payer chooses how to pay.",
    .source = "RuxPay documentation, checkout"};
static const struct obol_operation subscription_create = {
    .name = "subscription.create", PAY("/api/subscription", subscription_request),
    .effect = OBOL_MONEY_MOVES,
    .doc = "A subscription by card; its first charge is taken at once.",
    .source = "RuxPay documentation, sale-subscribe; WonderGate, item/subscribe-extension"};

/* One by RuxPay's id, whose code is the payment's own, or a list, whose items have theirs (sheet
 * 6.1, 6.2). The window is a day wider on each side: the provider's clock is not documented. */
#define ASKED(word, member, need, example, text)                                                   \
    {.name = word, .wire = member, .type = OBOL_TEXT, .place = OBOL_IN_QUERY, .max = 128,          \
     .flags = need, .sample = example, .doc = text}
#define TIME(word, example, text)                                                                  \
    {.name = word, .type = OBOL_TIME, .place = OBOL_NOWHERE, .flags = OBOL_REQUIRED,               \
     .max = INT64_C(253370764800000), .sample = example, .doc = text}
#define DATE(word, member, by)                                                                     \
    {.name = word, .wire = member, .place = OBOL_IN_QUERY, .make = by, .doc = "in UTC+8"}
#define DAYS                                                                                       \
    TIME("created_ms", "1686886273516", "when the attempt was made"),                              \
    DATE("start_date", "startDate", obol_ruxpay_day_before),                                       \
    DATE("ending_date", "endingDate", obol_ruxpay_day_after)
#define PAGE(word, member, most, text)                                                             \
    {.name = word, .wire = member, .type = OBOL_INTEGER, .place = OBOL_IN_QUERY, .min = 1,         \
     .max = most, .sample = "10", .doc = text}

static const struct obol_field one_request[] = {
    {.name = "provider_id", .type = OBOL_TEXT, .place = OBOL_IN_PATH, .flags = OBOL_REQUIRED,
     .max = 128, .sample = "1669548151356891137", .doc = "RuxPay's id of the transaction"},
    {0},
};
static const struct obol_field key_request[] = {
    ASKED("key", "transactionId", OBOL_REQUIRED, "123456", "the attempt's key"), DAYS, {0}};
static const struct obol_field list_request[] = {
    ASKED("key", "transactionId", 0, "123456", "only this attempt"),
    ASKED("order_id", "orderId", 0, "A-1001", "only this order"),
    TIME("from_ms", "1686844800000", "the earliest moment"),
    TIME("to_ms", "1686931200000", "the latest moment, at most a month later"),
    DATE("start_date", "startDate", obol_ruxpay_from),
    DATE("ending_date", "endingDate", obol_ruxpay_until),
    PAGE("page", "currPage", INT64_MAX, "the page, from 1"),
    PAGE("page_size", "pageSize", 999, "payments on a page"),
    {0},
};
#define LIST(word, rows)                                                                           \
    {.name = word, .wire = "data", .type = OBOL_LIST, .sub = rows, .doc = "what was found"}
#define TOTAL RUXPAY_SHOWN("total", "totalCount", OBOL_INTEGER, "number on all pages")
static const struct obol_field key_reply[] = {LIST("payments", order_reply), TOTAL, {0}};
static const struct obol_field list_reply[] = {
    LIST("payments", order_reply),
    RUXPAY_SHOWN("page", "currPage", OBOL_INTEGER, "the page, from 1"),
    RUXPAY_SHOWN("page_size", "pageSize", OBOL_INTEGER, "payments on a page"),
    RUXPAY_SHOWN("pages", "totalPage", OBOL_INTEGER, "number of pages"),
    TOTAL,
    {0},
};
static const struct obol_outcome_row item_paid[] = {RUXPAY_PAID("action.url"), RUXPAY_OTHER, {0}};
static const struct obol_outcome_row found[] = {
    RUXPAY_CODE("121", OBOL_SUCCEEDED, OBOL_ERR_NONE, "the list, perhaps empty", .has = "data"),
    {0}};

#define ASK(line, rows)                                                                            \
    .request_line = "GET /search/" line, .request = rows, .effect = OBOL_NO_EFFECT,                \
    .found_by = OBOL_BY_NOTHING, .repeat_safe = OBOL_YES
static const struct obol_operation payment_query = {
    .name = "payment.query", ASK("order/{provider_id}", one_request), .when = "provider_id",
    .variant = "*", .reply = order_reply, .outcomes = paid,
    .doc = "What became of a payment, by RuxPay's id.",
    .source = "RuxPay documentation, search/order; WonderGate, response/order"};
static const struct obol_operation payment_query_by_key = {
    .name = "payment.query", ASK("list/order", key_request), .reply = key_reply,
    .outcomes = found, .pick_from = "payments", .pick_by = "key", .pick_with = "key",
    .pick_alone = true, .item_outcomes = item_paid,
    .doc = "What became of an attempt whose answer never came, by its key.",
    .source = "RuxPay documentation, search/order; WonderGate, response/order"};
static const struct obol_operation payment_list = {
    .name = "payment.list", ASK("list/order", list_request), .reply = list_reply,
    .outcomes = found, .doc = "The payments of at most a month, page by page.",
    .source = "RuxPay documentation, search/order; WonderGate, response/order"};

/* The merchant's id of a refund is refundTransactionId in requests and their answers, and
 * merchantRefundId in lists and notifications (sheet 6.3, 6.4). */
static const struct obol_field refund_request[] = {
    TEXT("provider_id", "uniqueId", 128, OBOL_REQUIRED, "1669548151356891137", "of the payment"),
    AMOUNT("amount", OBOL_REQUIRED, "what goes back"),
    TEXT("refund_id", "refundTransactionId", 128, OBOL_REQUIRED, "R-1001", "used once"),
    TEXT("reason", "remark", 255, 0, "sent back", "why it goes back"),
    {0},
};
#define REFUND(member)                                                                             \
    RUXPAY_REFUND(0, member, "id"),                                                                \
    RUXPAY_SHOWN("created_ms", "refundRequestAt", OBOL_TIME, "when it was asked for"),             \
    RUXPAY_SHOWN("refunded_ms", "refundAt", OBOL_TIME, "when it was done")
static const struct obol_field refund_reply[] = {REFUND("refundTransactionId"), {0}};
static const struct obol_field asked_refund[] = {
    ASKED("refund_id", "refundTransactionId", OBOL_REQUIRED, "R-1001", "the merchant's id of it"),
    ASKED("provider_id", "uniqueId", 0, "1669548151356891137", "of the payment"), DAYS, {0}};
static const struct obol_field refund_item[] = {REFUND("merchantRefundId"), {0}};
static const struct obol_field refunds_reply[] = {LIST("refunds", refund_item), TOTAL, {0}};
static const struct obol_outcome_row refunded[] = {RUXPAY_REFUNDED, {0}};
static const struct obol_operation refund_create = {
    .name = "refund.create", .request_line = "POST /api/refund", .effect = OBOL_MONEY_MOVES,
    .found_by = OBOL_BY_OUR_REF, .found_with = "refund.query", .repeat_safe = OBOL_NO,
    .request = refund_request, .reply = refund_reply, .outcomes = refunded,
    .doc = "Gives back a payment, or part of it.",
    .source = "RuxPay documentation, refund; WonderGate, response/refund"};
static const struct obol_operation refund_query = {
    .name = "refund.query", ASK("list/refund", asked_refund), .reply = refunds_reply,
    .outcomes = found, .pick_from = "refunds", .pick_by = "refund_id", .pick_with = "refund_id",
    .pick_alone = true, .item_outcomes = refunded,
    .doc = "What became of a refund, by the merchant's id.",
    .source = "RuxPay documentation, search/refund"};

const struct obol_operation *const obol_ruxpay_operations[] = {
    &payment_create, &checkout_create, &subscription_create, &payment_query,
    &payment_query_by_key, &payment_list, &refund_create, &refund_query, NULL};

/* The body's code decides under any HTTP status, also when it stands in quotes; without one nothing
 * is known (sheet 7). 100 to 103 and 301 speak of a payment only where one is asked for. */
#define REFUSED(number, why, text) RUXPAY_CODE(number, OBOL_REJECTED, why, text, .has = NULL)
#define UNSURE(number, why, text) RUXPAY_CODE(number, OBOL_UNKNOWN, why, text, .has = NULL)
const struct obol_outcome_row obol_ruxpay_outcomes[] = {
    REFUSED("201", OBOL_ERR_AUTHENTICATION, "merchant status invalid"),
    RUXPAY_CODE("400", OBOL_UNKNOWN, OBOL_ERR_PROVIDER, "with a transaction", .has = "uniqueId"),
    REFUSED("400", OBOL_ERR_PROVIDER, "request failed"),
    REFUSED("401", OBOL_ERR_AUTHENTICATION, "wrong merchant number or key"),
    REFUSED("404", OBOL_ERR_NOT_FOUND, "API or page not found"),
    REFUSED("500", OBOL_ERR_INVALID, "request parameter error"),
    UNSURE("501", OBOL_ERR_CONFLICT, "duplicate transactionId: the first call with it decides"),
    UNSURE("999", OBOL_ERR_PROVIDER, "system error"),
    UNSURE("121", OBOL_ERR_PROVIDER, "a list's code, which speaks of no payment"),
    UNSURE("122", OBOL_ERR_PROVIDER, "query failed: never that nothing was paid"),
    UNSURE("301", OBOL_ERR_PROVIDER, "redirection without redirectUrl"),
    RUXPAY_OTHER,
    {0},
};
/* clang-format on */
