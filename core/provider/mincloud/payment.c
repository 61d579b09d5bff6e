#include "provider/mincloud/mincloud.h"

/* Making an order (sheet 4). */

const struct obol_word obol_mincloud_gateways[] = {
    {.word = "wechat_qr", .wire = "weixin_tenpay_native"},
    {.word = "wechat_jsapi", .wire = "weixin_tenpay_js"},
    {.word = "wechat_h5", .wire = "weixin_tenpay_wap"},
    {.word = "alipay_page", .wire = "alipay_page"},
    {.word = "alipay_h5", .wire = "alipay_wap"},
    {.word = "qq_qr", .wire = "qpay_native"},
    {0},
};

/* clang-format off */
#define BEGINNING                                                                                  \
    {.name = "method", .wire = "gateway_type", MINCLOUD_WORD(obol_mincloud_gateways),              \
     .flags = OBOL_REQUIRED, .sample = "wechat_qr", .doc = "where and how it is paid"},            \
    {.name = "amount", .wire = "total_cost", .type = OBOL_MONEY, .as = OBOL_MAJOR_NUMBER,          \
     .flags = OBOL_REQUIRED, .sample = "0.10", .doc = "in yuan"},                                  \
    MINCLOUD_ROW("description", "merchandise_description", OBOL_TEXT, OBOL_REQUIRED, "tea",        \
                 "stands on the payer's receipt"),                                                 \
    MINCLOUD_ROW("extra.mincloud.schema_id", "merchandise_schema_id", OBOL_INTEGER, 0, "1",        \
                 "id of the merchant's goods table")
#define ENDING                                                                                     \
    {.name = "order_id", .type = OBOL_TEXT, .place = OBOL_NOWHERE, .sample = "A-1",                \
     .doc = "travels in the snapshot"},                                                            \
    {.name = "extra.mincloud.snapshot", .type = OBOL_ANY, .place = OBOL_NOWHERE,                   \
     .doc = "a table that is kept with the order, without a member obol"},                         \
    {.name = "snapshot", .wire = "merchandise_snapshot", .type = OBOL_ANY,                         \
     .make = obol_mincloud_snapshot, .doc = "the caller's, with order_id and key under obol"},     \
    {.name = "profit_sharing", .type = OBOL_BOOLEAN, .place = OBOL_NOWHERE, .sample = "true",      \
     .doc = "profit sharing is planned; WeChat only"},                                             \
    {.name = "sharing", .wire = "profit_sharing", .type = OBOL_BOOLEAN,                            \
     .make = obol_mincloud_profit_sharing, .doc = "goes out with WeChat only"}, {0}
static const struct obol_field request[] = {
    BEGINNING,
    {.name = "call.key", .wire = "merchandise_record_id", .type = OBOL_TEXT,
     .doc = "the attempt's key, by which the order is found again"}, ENDING};
static const struct obol_field request_for_record[] = {
    BEGINNING,
    MINCLOUD_ROW("extra.mincloud.record_id", "merchandise_record_id", OBOL_TEXT, 0, "5a",
                 "id of the row in the goods table"),
    {.name = "call.key", .type = OBOL_TEXT, .place = OBOL_NOWHERE, .doc = "the attempt's key"},
    ENDING};
static const struct obol_field reply[] = {
    {.name = "provider_id", .wire = "transaction_no", MINCLOUD_ID, .doc = "the flow number"},
    {.name = "trade_no", .wire = "trade_no", MINCLOUD_ID, .doc = "the order number"},
    {.name = "action.data", .wire = "code_url", .type = OBOL_TEXT, .doc = "drawn as a QR code"},
    {.name = "action.url", .wire = "mweb_url", .type = OBOL_URL, .doc = "brings up WeChat"},
    {.name = "action.url", .wire = "payment_url", .type = OBOL_URL, .doc = "Alipay's cashier"},
    {.name = "pay_sign", .wire = "paySign", .type = OBOL_TEXT, .flags = OBOL_KEPT,
     .doc = "WeChat's signature of what its browser is given"},
    {.name = "action.parameters", .read = obol_mincloud_read_bridge,
     .doc = "the answer as getBrandWCPayRequest of WeChat's browser takes it"},
    {0},
};

/* An order that cannot be shown or cannot be asked about is none. */
#define SHOWN(member)                                                                              \
    {.at = "http_status", .is = "2xx", .has = member, .and_at = "transaction_no",                  \
     .outcome = OBOL_ACCEPTED, .doc = "the order is made, not paid"}
static const struct obol_outcome_row outcomes[] = {
    SHOWN("code_url"), SHOWN("mweb_url"), SHOWN("payment_url"), SHOWN("paySign"), {0},
};

#define CREATE                                                                                     \
    .name = "payment.create", .request_line = "POST /hserve/v2.2/idp/pay/order/",                  \
    .effect = OBOL_OFFER, .repeat_safe = OBOL_NO, .reply = reply, .outcomes = outcomes,            \
    .source = "MinCloud documentation, Web payment; hydrogen-js-sdk, payment.js"
const struct obol_operation obol_mincloud_payments[2] = {
    {CREATE, .variant = "*", .when = "extra.mincloud.record_id", .found_by = OBOL_BY_NOTHING,
     .request = request_for_record,
     .doc = "An order for a row of the merchant's goods table, which takes the key's place."},
    {CREATE, .found_by = OBOL_BY_OUR_REF, .found_with = "payment.query", .request = request,
     .doc = "An order with what the payer needs to pay it."},
};
/* clang-format on */
