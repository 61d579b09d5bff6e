#include "provider/mincloud/mincloud.h"

static const char *const methods[] = {"wechat_qr", "wechat_jsapi", "wechat_h5", "alipay_page",
                                      "alipay_h5", "qq_qr",        NULL};
static const char *const currencies[] = {"CNY", NULL};
static const char *const session_words[] = {"login.username", "login.email", "login.phone",
                                            "anonymous", NULL};

/* clang-format off */
const struct obol_field obol_mincloud_config[] = {
    {.name = "client_id", .wire = "x-hydrogen-client-id", .type = OBOL_TEXT,
     .place = OBOL_IN_HEADER, .flags = OBOL_REQUIRED, .max = 64,
     .sample = "a4d2d62965dda4d2d62965dd", .doc = "the ClientID of the dashboard"},
    {.name = "sdk_version", .wire = "x-hydrogen-client-version", .type = OBOL_TEXT,
     .place = OBOL_IN_HEADER, .preset = "v3.23.3", .sample = "v3.23.3",
     .configurable = "sdk_version", .doc = "the version of the Web SDK that requests speak as"},
    {.name = "platform", .wire = "x-hydrogen-client-platform", .type = OBOL_TEXT,
     .place = OBOL_IN_HEADER, .preset = "WEB", .sample = "WEB", .configurable = "platform",
     .doc = "the platform that requests speak as"},
    {.name = "sdk_type", .wire = "x-hydrogen-client-sdk-type", .type = OBOL_TEXT,
     .place = OBOL_IN_HEADER, .preset = "file", .sample = "file", .configurable = "sdk_type",
     .doc = "the kind of SDK that requests speak as"},
    {.name = "env", .wire = "x-hydrogen-env-id", .type = OBOL_TEXT, .place = OBOL_IN_HEADER,
     .sample = "e1", .doc = "the environment; production without it"},
    {.name = "base_url", .type = OBOL_URL, .preset = "https://{client_id}.myminapp.com",
     .sample = "https://a4d2d62965dd.myminapp.com", .doc = "where the API is"},
    {.name = "token", .type = OBOL_SECRET, .max = 4096, .doc = "of the user who pays"},
    {.name = "login.username", .type = OBOL_TEXT, .sample = "shop", .doc = "a user to log in"},
    {.name = "login.email", .type = OBOL_TEXT, .sample = "a@shop.example", .doc = "the same"},
    {.name = "login.phone", .type = OBOL_TEXT, .sample = "13800000000", .doc = "the same"},
    {.name = "login.password", .type = OBOL_SECRET, .needed_by = "login", .doc = "of that user"},
    {.name = "anonymous", .type = OBOL_BOOLEAN, .sample = "true", .doc = "log in as nobody"},
    {.name = "webhook_key", .type = OBOL_SECRET, .max = 256,
     .doc = "the JWT KEY of the webhook action; without it no notification is accepted"},
    {.name = "refund_function", .type = OBOL_TEXT, .preset = "refund", .sample = "refund",
     .configurable = "refund_function", .doc = "the merchant's cloud function that gives back"},
    {.name = "profit_share_function", .type = OBOL_TEXT, .sample = "share",
     .configurable = "profit_share_function", .doc = "the merchant's cloud function that shares"},
    {.name = "expire_after", .type = OBOL_DURATION, .preset = "2h", .sample = "2h",
     .configurable = "expire_after", .doc = "how long an order may be paid"},
    {0},
};

/* Sheet 6.1. What is not listed says nothing of the money. */
#define ANSWER(status, result, why, text)                                                          \
    {.at = "http_status", .is = status, .outcome = result, .kind = why, .doc = text}
static const struct obol_outcome_row outcomes[] = {
    ANSWER("400", OBOL_REJECTED, OBOL_ERR_INVALID, "a parameter is wrong"),
    ANSWER("401", OBOL_REJECTED, OBOL_ERR_AUTHENTICATION, "no token, a wrong or an expired one"),
    ANSWER("402", OBOL_REJECTED, OBOL_ERR_PROVIDER, "the app owes MinCloud money"),
    ANSWER("403", OBOL_REJECTED, OBOL_ERR_AUTHENTICATION, "forbidden"),
    ANSWER("404", OBOL_REJECTED, OBOL_ERR_NOT_FOUND, "not found"),
    ANSWER("405", OBOL_REJECTED, OBOL_ERR_INVALID, "not allowed, or this way to log in is off"),
    {.at = "http_status", .outcome = OBOL_UNKNOWN, .kind = OBOL_ERR_PROVIDER, .retryable = true,
     .doc = "a server error, or a status that no list names"},
    {0},
};
/* clang-format on */

static const struct obol_operation *const operations[] = {
    &obol_mincloud_payment_create_for_record,
    &obol_mincloud_payment_create,
    &obol_mincloud_payment_query,
    &obol_mincloud_payment_query_by_key,
    &obol_mincloud_payment_find_record,
    &obol_mincloud_payment_find,
    &obol_mincloud_payment_list,
    &obol_mincloud_refund_create,
    &obol_mincloud_profit_share_create,
    &obol_mincloud_function_call,
    &obol_mincloud_sessions[0],
    &obol_mincloud_sessions[1],
    &obol_mincloud_sessions[2],
    &obol_mincloud_sessions[3],
    &obol_mincloud_sessions[4],
    &obol_mincloud_sessions[5],
    &obol_mincloud_sessions[6],
    &obol_mincloud_time_get,
    NULL,
};

/* Any 2xx counts as received (sheet 8.1). */
static const struct obol_acknowledgement acknowledgements[] = {
    {.word = "accepted", .status = 200, .content_type = "text/plain", .body = "ok"},
    {.word = "later", .status = 503, .content_type = "text/plain", .body = "later"},
    {.word = "refused", .status = 400, .content_type = "text/plain", .body = "refused"},
    {0},
};

static const int32_t query_schedule_s[] = {1, 5, 30, 120, 600, 3600, 0};

const struct obol_provider obol_mincloud = {
    .name = "mincloud",
    .title = "MinCloud",
    .doc =
        "ifanr's MinCloud (知晓云), payments of its Web SDK: WeChat, Alipay and QQ by code, page "
        "and bridge.",
    .source = "MinCloud documentation, Web payment; hydrogen-js-sdk 3.23.3",
    .methods = methods,
    .currencies = currencies,
    .config = obol_mincloud_config,
    .operations = operations,
    .outcomes = outcomes,
    .zone_minutes = 480,
    .code_at = "http_status",
    .message_at = "error_msg",
    .message_or = "message",
    .session_words = session_words,
    .sign = obol_mincloud_sign,
    .open = obol_mincloud_open,
    .notifications = obol_mincloud_notifications,
    .acknowledgements = acknowledgements,
    .call_timeout_ms = 30000,
    .query_schedule_s = query_schedule_s,
};
