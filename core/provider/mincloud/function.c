#include "provider/mincloud/mincloud.h"

/* What only the merchant's own cloud functions can do (sheet 7). A function that failed may have
 * acted before it did, so it is never called again by itself. */

/* clang-format off */
#define SYNC(word)                                                                                 \
    {.name = word, .wire = "sync", .type = OBOL_BOOLEAN, .preset = "true", .sample = "true",       \
     .doc = "wait for the function's answer"}
static const struct obol_field call_request[] = {
    MINCLOUD_ROW("function_name", "function_name", OBOL_TEXT, OBOL_REQUIRED, "refund", "its name"),
    {.name = "data", .wire = "data", .type = OBOL_ANY, .doc = "what the function is given"},
    SYNC("sync"),
    {0},
};
static const struct obol_field refund_request[] = {
    {.name = "account.refund_function", .wire = "function_name", .type = OBOL_TEXT,
     .doc = "the merchant's cloud function"},
    MINCLOUD_ROW("provider_id", "data.transaction_no", OBOL_TEXT, OBOL_REQUIRED, "MDUhtNma",
                 "the payment's flow number"),
    {.name = "amount", .wire = "data.refund_amount", .type = OBOL_MONEY, .as = OBOL_MAJOR_NUMBER,
     .sample = "0.10", .doc = "in yuan; all that is left without it"},
    MINCLOUD_ROW("reason", "data.memo", OBOL_TEXT, 0, "torn", "a note"),
    SYNC("extra.mincloud.sync"),
    {0},
};

static const struct obol_word receivers[] = {{.word = "MERCHANT_ID"}, {.word = "PERSONAL_OPENID"},
                                             {.word = "userId"}, {.word = "loginName"}, {0}};
static const struct obol_field receiver[] = {
    {.name = "type", .wire = "type", MINCLOUD_WORD(receivers), .flags = OBOL_REQUIRED,
     .sample = "MERCHANT_ID", .doc = "what the account is; the first two are WeChat's"},
    MINCLOUD_ROW("account", "account", OBOL_TEXT, OBOL_REQUIRED, "190001001", "who receives"),
    {.name = "amount", .wire = "amount", .type = OBOL_MONEY, .as = OBOL_MINOR_NUMBER,
     .flags = OBOL_REQUIRED, .sample = "0.10", .doc = "in fen on the wire"},
    MINCLOUD_ROW("description", "description", OBOL_TEXT, OBOL_REQUIRED, "share", "what for"),
    {0},
};
static const struct obol_field share_request[] = {
    {.name = "account.profit_share_function", .wire = "function_name", .type = OBOL_TEXT,
     .flags = OBOL_REQUIRED, .doc = "the merchant's cloud function"},
    MINCLOUD_ROW("extra.mincloud.trade_no", "data.trade_no", OBOL_TEXT, OBOL_REQUIRED, "4DySOWgN",
                 "the payment's order number"),
    MINCLOUD_ROW("extra.mincloud.appid", "data.appid", OBOL_TEXT, 0, "wx01",
                 "WeChat's app, needed for its orders"),
    {.name = "extra.mincloud.receivers", .wire = "data.receivers", .type = OBOL_LIST,
     .flags = OBOL_REQUIRED, .sub = receiver, .doc = "who gets how much"},
    {.name = "currency", .type = OBOL_CURRENCY, .place = OBOL_NOWHERE, .flags = OBOL_REQUIRED,
     .sample = "CNY", .doc = "of the receivers' amounts"},
    SYNC("extra.mincloud.sync"),
    {0},
};

#define TEXTS                                                                                      \
    {.name = "message", .wire = "data.error_msg", MINCLOUD_ID, .doc = "why it failed"},            \
    {.name = "message", .wire = "error.message", MINCLOUD_ID, .doc = "why the function failed"}
static const struct obol_field call_reply[] = {
    {.name = "data", .wire = "data", .type = OBOL_ANY, .doc = "the function's answer"},
    {.name = "message", .wire = "error.message", MINCLOUD_ID, .doc = "why the function failed"},
    {0},
};
static const struct obol_field refund_reply[] = {
    {.name = "id", .wire = "data.refund_no", MINCLOUD_ID, .doc = "the refund's number"},
    {.name = "amount", .wire = "data.refund_amount", .type = OBOL_MONEY, .doc = "given back"},
    TEXTS,
    {0},
};
static const struct obol_field share_reply[] = {TEXTS, {0}};

#define UNSURE(place, value, text)                                                                 \
    {.at = place, .is = value, .outcome = OBOL_UNKNOWN, .kind = OBOL_ERR_PROVIDER, .doc = text}
#define BROKEN                                                                                     \
    UNSURE("http_status", "400", "the run failed"), UNSURE("http_status", "5xx", "a server error")
#define REST                                                                                       \
    UNSURE("code", NULL, "the function failed, or its answer says nothing"),                       \
    {.at = "status", .is = "ok", .outcome = OBOL_ACCEPTED, .doc = "runs on by itself"}, {0}
#define DATA(word, result, why)                                                                    \
    {.at = "code", .is = "0", .and_at = "data.status", .and_is = word, .outcome = result,          \
     .kind = why, .doc = word}
static const struct obol_outcome_row call_outcomes[] = {
    BROKEN, {.at = "code", .is = "0", .outcome = OBOL_SUCCEEDED, .doc = "done"}, REST};
static const struct obol_outcome_row refund_outcomes[] = {
    BROKEN, DATA("succeed", OBOL_SUCCEEDED, OBOL_ERR_NONE),
    DATA("failed", OBOL_DECLINED, OBOL_ERR_DECLINED), REST};
static const struct obol_outcome_row share_outcomes[] = {
    BROKEN, DATA("accepted", OBOL_ACCEPTED, OBOL_ERR_NONE),
    DATA("processing", OBOL_ACCEPTED, OBOL_ERR_NONE),
    DATA("finished", OBOL_SUCCEEDED, OBOL_ERR_NONE),
    DATA("closed", OBOL_DECLINED, OBOL_ERR_DECLINED), REST};

#define FUNCTION(word, part, text)                                                                 \
    {.name = word, .request_line = "POST /hserve/v1/cloud-function/job/",                          \
     .effect = OBOL_MONEY_MOVES, .found_by = OBOL_BY_NOTHING, .repeat_safe = OBOL_NO,              \
     .request = part##_request, .reply = part##_reply, .outcomes = part##_outcomes, .doc = text,   \
     .source = "MinCloud documentation, Web API, cloud function; cloud-function node-sdk, order"}
const struct obol_operation obol_mincloud_functions[3] = {
    FUNCTION("refund.create", refund,
             "Gives back, by a cloud function that passes its data on to BaaS.refund."),
    FUNCTION("profit_share.create", share,
             "Shares a payment, by a cloud function that passes its data on to MinCloud."),
    FUNCTION("function.call", call, "Runs a cloud function of the merchant's."),
};
/* clang-format on */
