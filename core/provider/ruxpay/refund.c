#include "provider/ruxpay/ruxpay.h"

/* Giving money back (sheet 6.3 and 6.4). The merchant's id of a refund is refundTransactionId in
 * requests and their answers, merchantRefundId in lists and notifications. */

/* clang-format off */
static const struct obol_field create_request[] = {
    RUXPAY_ROW("provider_id", "uniqueId", 128, OBOL_REQUIRED, "1669548151356891137",
               "RuxPay's id of the payment"),
    {.name = "amount", .wire = "amount", .type = OBOL_MONEY, .as = OBOL_TWO_PLACES,
     .flags = OBOL_REQUIRED, .max = 9, .sample = "8.88", .doc = "what goes back"},
    RUXPAY_ROW("refund_id", "refundTransactionId", 128, OBOL_REQUIRED, "R-1001",
               "the merchant's id of the refund, used once"),
    RUXPAY_ROW("reason", "remark", 255, 0, "sent back", "why it goes back"),
    {0},
};

#define REFUND(member)                                                                             \
    RUXPAY_TOLD("refund_id", member, "the merchant's id of the refund"),                           \
    RUXPAY_REFUND,                                                                                 \
    RUXPAY_SHOWN("created_ms", "refundRequestAt", OBOL_TIME, "when it was asked for, for display"), \
    RUXPAY_SHOWN("refunded_ms", "refundAt", OBOL_TIME, "when it was done, for display")
static const struct obol_field create_reply[] = {REFUND("refundTransactionId"), {0}};

static const struct obol_field query_request[] = {
    {.name = "refund_id", .wire = "refundTransactionId", .type = OBOL_TEXT,
     .place = OBOL_IN_QUERY, .flags = OBOL_REQUIRED, .max = 128, .sample = "R-1001",
     .doc = "the merchant's id of the refund"},
    {.name = "provider_id", .wire = "uniqueId", .type = OBOL_TEXT, .place = OBOL_IN_QUERY,
     .max = 128, .sample = "1669548151356891137", .doc = "RuxPay's id of the payment"},
    RUXPAY_DAYS,
    {0},
};
static const struct obol_field item[] = {
    RUXPAY_TOLD("code", "code", "the refund's own code"),
    RUXPAY_SHOWN("message", "message", OBOL_TEXT, "RuxPay's text"),
    REFUND("merchantRefundId"),
    {0},
};
static const struct obol_field query_reply[] = {
    {.name = "refunds", .wire = "data", .type = OBOL_LIST, .sub = item, .doc = "the refunds"},
    {0},
};
/* clang-format on */

const struct obol_outcome_row obol_ruxpay_refunded[] = {
    RUXPAY_CODE("110", NULL, OBOL_ACCEPTED, OBOL_ERR_NONE, "application accepted, not yet done"),
    RUXPAY_CODE("111", NULL, OBOL_SUCCEEDED, OBOL_ERR_NONE, "refunded"),
    RUXPAY_CODE("112", NULL, OBOL_DECLINED, OBOL_ERR_DECLINED, "refund failed, the charge stands"),
    {0},
};

const struct obol_operation obol_ruxpay_refund_create = {
    .name = "refund.create",
    .request_line = "POST /api/refund",
    .effect = OBOL_MONEY_MOVES,
    .found_by = OBOL_BY_OUR_REF,
    .found_with = "refund.query",
    .repeat_safe = OBOL_NO,
    .request = create_request,
    .reply = create_reply,
    .outcomes = obol_ruxpay_refunded,
    .doc = "Gives back a payment, or part of it.",
    .source = "RuxPay documentation, refund; WonderGate, response/refund",
};

const struct obol_operation obol_ruxpay_refund_query = {
    .name = "refund.query",
    .request_line = "GET /search/list/refund",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_YES,
    .request = query_request,
    .reply = query_reply,
    .outcomes = obol_ruxpay_found,
    .pick_from = "refunds",
    .pick_by = "refund_id",
    .pick_with = "refund_id",
    .pick_alone = true,
    .item_outcomes = obol_ruxpay_refunded,
    .doc = "What became of a refund, by the merchant's id.",
    .source = "RuxPay documentation, search/refund",
};
