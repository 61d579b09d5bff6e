#include "provider/mincloud/mincloud.h"

/* Orders, one or many (sheet 5). */

const struct obol_word obol_mincloud_refund_statuses[] = {
    {.word = "partial"}, {.word = "complete"}, {.word = "failed"}, {0}};
static const struct obol_word statuses[] = {{.word = "processing", .wire = "pending"},
                                            {.word = "succeeded", .wire = "success"},
                                            {.word = "failed"},
                                            {0}};

/* clang-format off */
#define IN_QUERY(word, at, kind, one, text)                                                        \
    {.name = word, .wire = at, .type = kind, .place = OBOL_IN_QUERY, .sample = one, .doc = text}
#define SINCE(word, at, text)                                                                      \
    {.name = word, .wire = at, .type = OBOL_TIME, .as = OBOL_SECONDS, .place = OBOL_IN_QUERY,      \
     .sample = "1568790700000", .doc = text}
#define PAGE                                                                                       \
    {.name = "limit", .wire = "limit", .type = OBOL_INTEGER, .place = OBOL_IN_QUERY, .min = 1,     \
     .max = 1000, .preset = "20", .sample = "20", .doc = "orders at most"},                        \
    {.name = "offset", .wire = "offset", .type = OBOL_INTEGER, .place = OBOL_IN_QUERY,             \
     .max = INT32_MAX, .preset = "0", .sample = "0", .doc = "orders passed over"}
#define WHERE                                                                                      \
    {.name = "extra.mincloud.where", .wire = "where", .type = OBOL_TEXT, .place = OBOL_IN_QUERY,   \
     .preset = "{}", .sample = "{}", .doc = "conditions as JSON; always sent"}
#define STATUS(first)                                                                              \
    {.name = "status", .wire = "status", MINCLOUD_WORD(statuses), .place = OBOL_IN_QUERY,          \
     .preset = first, .sample = "succeeded", .doc = "of the orders"}
#define SCHEMA                                                                                     \
    IN_QUERY("extra.mincloud.schema_id", "merchandise_schema_id", OBOL_INTEGER, "1", "goods table")
#define RECORD(word)                                                                               \
    IN_QUERY(word, "merchandise_record_id", OBOL_TEXT, "5a", "the row in the goods table")

static const struct obol_field one_request[] = {
    {.name = "provider_id", .type = OBOL_TEXT, .place = OBOL_IN_PATH, .flags = OBOL_REQUIRED,
     .max = 255, .sample = "MDUhtNmacdYBKokJbCXhvYuoJnHXzpeN", .doc = "the flow number"},
    {0},
};
static const struct obol_field key_request[] = {
    PAGE, WHERE,
    {.name = "key", .wire = "merchandise_record_id", .type = OBOL_TEXT, .place = OBOL_IN_QUERY,
     .flags = OBOL_REQUIRED, .sample = "k1", .doc = "of the attempt that is asked about"},
    {0},
};
static const struct obol_field find_request[] = {
    PAGE, WHERE, STATUS("succeeded"), SCHEMA, RECORD("items[1].product_id"), {0}};
static const struct obol_field find_record_request[] = {
    PAGE, WHERE, STATUS("succeeded"), SCHEMA, RECORD("extra.mincloud.record_id"), {0}};
static const struct obol_field list_request[] = {
    PAGE,
    IN_QUERY("extra.mincloud.order_by", "order_by", OBOL_TEXT, "-created_at", "- descends"),
    IN_QUERY("extra.mincloud.keys", "keys", OBOL_TEXT, "id,status", "members to answer"),
    IN_QUERY("extra.mincloud.expand", "expand", OBOL_TEXT, "created_by", "members to unfold"),
    WHERE,
    STATUS(NULL),
    {.name = "refund_status", .wire = "refund_status", .place = OBOL_IN_QUERY,
     MINCLOUD_WORD(obol_mincloud_refund_statuses), .sample = "partial", .doc = "of the orders"},
    IN_QUERY("trade_no", "trade_no", OBOL_TEXT, "4DySOWgN", "one order number"),
    IN_QUERY("provider_id", "transaction_no", OBOL_TEXT, "MDUhtNma", "one flow number"),
    RECORD("extra.mincloud.record_id"),
    SCHEMA,
    IN_QUERY("extra.mincloud.gateway_type", "gateway_type", OBOL_TEXT, "alipay", "as MinCloud's"),
    SINCE("paid_from_ms", "paid_at__gte", "paid then or later"),
    SINCE("paid_to_ms", "paid_at__lte", "paid then or before"),
    {0},
};

static const struct obol_field order[] = {MINCLOUD_ORDER, {0}};
static const struct obol_field item[] = {
    MINCLOUD_ORDER,
    {.name = "status", .wire = "status", MINCLOUD_WORD(statuses), .doc = "as a payment's"},
    {0},
};
static const struct obol_field list[] = {
    {.name = "payments", .wire = "objects", .type = OBOL_LIST, .sub = item, .doc = "the orders"},
    {.name = "total", .wire = "meta.total_count", .type = OBOL_INTEGER, .doc = "of all pages"},
    {0},
};

#define IS(word, result, why, text)                                                                \
    {.at = "http_status", .is = "2xx", .and_at = "status", .and_is = word,                         \
     .has = "transaction_no", .outcome = result, .kind = why, .doc = text}
static const struct obol_outcome_row one_outcomes[] = {
    IS("success", OBOL_SUCCEEDED, OBOL_ERR_NONE, "paid"),
    IS("pending", OBOL_ACCEPTED, OBOL_ERR_NONE, "waiting for the payer"),
    IS("failed", OBOL_DECLINED, OBOL_ERR_DECLINED, "the payment failed"),
    {0},
};
static const struct obol_outcome_row list_outcomes[] = {
    {.at = "http_status", .is = "2xx", .has = "objects", .outcome = OBOL_SUCCEEDED,
     .doc = "a list, perhaps of none"},
    {0},
};
static const struct obol_outcome_row item_outcomes[] = {
    {.at = "status", .is = "succeeded", .outcome = OBOL_SUCCEEDED, .doc = "paid"},
    {.at = "status", .is = "processing", .outcome = OBOL_ACCEPTED, .doc = "not yet paid"},
    {.at = "status", .is = "failed", .outcome = OBOL_DECLINED, .kind = OBOL_ERR_DECLINED,
     .doc = "the payment failed"},
    {0},
};

#define ASK                                                                                        \
    .effect = OBOL_NO_EFFECT, .found_by = OBOL_BY_NOTHING, .repeat_safe = OBOL_YES,                \
    .source = "MinCloud documentation, Web payment; hydrogen-js-sdk, Order.js and BaseQuery.js"
#define ASK_LIST                                                                                   \
    ASK, .request_line = "GET /hserve/v2.2/idp/pay/order/", .reply = list,                         \
    .outcomes = list_outcomes
#define PICK                                                                                       \
    .pick_from = "payments", .pick_by = "record_id", .pick_alone = true,                           \
    .item_outcomes = item_outcomes
#define FIND .name = "payment.find", ASK_LIST, PICK, .pick_with = "product_id", .pick_as = "payment"
const struct obol_operation obol_mincloud_orders[5] = {
    {.name = "payment.query", ASK, .variant = "*", .when = "provider_id", .request = one_request,
     .request_line = "GET /hserve/v2.0/idp/pay/order/{provider_id}/", .reply = order,
     .outcomes = one_outcomes, .doc = "One order, by its flow number."},
    {.name = "payment.query", ASK_LIST, PICK, .pick_with = "key", .request = key_request,
     .doc = "One order, by the key of the attempt that made it."},
    {FIND, .variant = "*", .when = "extra.mincloud.record_id", .request = find_record_request,
     .doc = "The same, by the name that payment.create has for the row."},
    {FIND, .request = find_request,
     .doc = "Whether the token's user has paid for an item, a row of the goods table."},
    {.name = "payment.list", ASK_LIST, .request = list_request,
     .doc = "The orders of the token's user."},
};
/* clang-format on */
