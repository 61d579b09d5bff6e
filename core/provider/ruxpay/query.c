#include "provider/ruxpay/ruxpay.h"

/* Asking about payments (sheet 6.1 and 6.2): one by RuxPay's id, whose code is the payment's own,
 * or a list, whose items have theirs. */

/* clang-format off */
static const struct obol_field one_request[] = {
    {.name = "provider_id", .type = OBOL_TEXT, .place = OBOL_IN_PATH, .flags = OBOL_REQUIRED,
     .max = 128, .sample = "1669548151356891137", .doc = "RuxPay's id of the transaction"},
    {0},
};

/* The window is a day wider on each side, since the provider's clock and zone are not documented. */
static const struct obol_field key_request[] = {
    {.name = "key", .wire = "transactionId", .type = OBOL_TEXT, .place = OBOL_IN_QUERY,
     .flags = OBOL_REQUIRED, .max = 128, .sample = "123456", .doc = "the attempt's key"},
    RUXPAY_DAYS,
    {0},
};

static const struct obol_field list_request[] = {
#define ONLY(word, member, example, text)                                                          \
    {.name = word, .wire = member, .type = OBOL_TEXT, .place = OBOL_IN_QUERY, .max = 128,          \
     .sample = example, .doc = text}
    ONLY("key", "transactionId", "123456", "only this attempt"),
    ONLY("order_id", "orderId", "A-1001", "only this order"),
    RUXPAY_TIME("from_ms", "1686844800000", "the earliest moment"),
    RUXPAY_TIME("to_ms", "1686931200000", "the latest moment, 31 days after the earliest at most"),
    RUXPAY_DATE("start_date", "startDate", obol_ruxpay_from),
    RUXPAY_DATE("ending_date", "endingDate", obol_ruxpay_until),
    {.name = "page", .wire = "currPage", .type = OBOL_INTEGER, .place = OBOL_IN_QUERY, .min = 1,
     .max = INT64_MAX, .sample = "1", .doc = "the page, from 1"},
    {.name = "page_size", .wire = "pageSize", .type = OBOL_INTEGER, .place = OBOL_IN_QUERY,
     .min = 1, .max = 999, .sample = "10", .doc = "payments on a page"},
    {0},
};

const struct obol_field obol_ruxpay_order[] = {
    RUXPAY_TOLD("code", "code", "the payment's own code"),
    RUXPAY_SHOWN("message", "message", OBOL_TEXT, "RuxPay's text"),
    RUXPAY_TRANSACTION,
    RUXPAY_SHOWN("created_ms", "transactionAt", OBOL_TIME, "when it was made, for display"),
    {.name = "action.url", .wire = "redirectUrl", .type = OBOL_URL,
     .doc = "where the payer's browser goes next"},
    RUXPAY_SHOWN("method", "transactionMethod", OBOL_TEXT, "how it is paid: CreditCard ..."),
    RUXPAY_SHOWN("three_ds", "is3d", OBOL_BOOLEAN, "whether 3DS was asked for"),
    {0},
};

#define PAYMENTS                                                                                   \
    {.name = "payments", .wire = "data", .type = OBOL_LIST, .sub = obol_ruxpay_order,            \
     .doc = "the payments"}
static const struct obol_field key_reply[] = {PAYMENTS, {0}};
static const struct obol_field list_reply[] = {
    PAYMENTS,
    RUXPAY_SHOWN("page", "currPage", OBOL_INTEGER, "the page, from 1"),
    RUXPAY_SHOWN("page_size", "pageSize", OBOL_INTEGER, "payments on a page"),
    RUXPAY_SHOWN("pages", "totalPage", OBOL_INTEGER, "number of pages"),
    RUXPAY_SHOWN("total", "totalCount", OBOL_INTEGER, "payments on all pages"),
    {0},
};

static const struct obol_outcome_row item_outcomes[] = {
    RUXPAY_PAID("action.url"),
    RUXPAY_OTHER,
    {0},
};
/* clang-format on */
const struct obol_outcome_row obol_ruxpay_found[] = {
    RUXPAY_CODE("121", "data", OBOL_SUCCEEDED, OBOL_ERR_NONE, "the list, perhaps empty"),
    {0},
};

#define ASK                                                                                        \
    .effect = OBOL_NO_EFFECT, .found_by = OBOL_BY_NOTHING, .repeat_safe = OBOL_YES,                \
    .source = "RuxPay documentation, search/order; WonderGate, response/order"

const struct obol_operation obol_ruxpay_payment_query = {
    .name = "payment.query",
    .request_line = "GET /search/order/{provider_id}",
    ASK,
    .variant = "*",
    .when = "provider_id",
    .request = one_request,
    .reply = obol_ruxpay_order,
    .outcomes = obol_ruxpay_paid,
    .doc = "What became of a payment, by RuxPay's id.",
};

const struct obol_operation obol_ruxpay_payment_query_by_key = {
    .name = "payment.query",
    .request_line = "GET /search/list/order",
    ASK,
    .request = key_request,
    .reply = key_reply,
    .outcomes = obol_ruxpay_found,
    .pick_from = "payments",
    .pick_by = "key",
    .pick_with = "key",
    .pick_alone = true,
    .item_outcomes = item_outcomes,
    .doc = "What became of an attempt whose answer never came, by its key.",
};

const struct obol_operation obol_ruxpay_payment_list = {
    .name = "payment.list",
    .request_line = "GET /search/list/order",
    ASK,
    .request = list_request,
    .reply = list_reply,
    .outcomes = obol_ruxpay_found,
    .doc = "The payments of at most a month, page by page.",
};
