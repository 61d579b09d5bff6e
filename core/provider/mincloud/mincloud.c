#include "provider/mincloud/mincloud.h"

static const char *const methods[] = {"wechat_qr", "wechat_jsapi", "wechat_h5", "alipay_page",
                                      "alipay_h5", "qq_qr",        NULL};
static const char *const currencies[] = {"CNY", NULL};
static const char *const session_words[] = {"login.username", "login.email", "login.phone",
                                            "anonymous", NULL};

/* clang-format off */
#define HEAD(word, at, need, first, one, text)                                                     \
    {.name = word, .wire = "x-hydrogen-" at, .type = OBOL_TEXT, .place = OBOL_IN_HEADER,           \
     .flags = need, .max = 64, .preset = first, .sample = one, .doc = text}
#define SPEAKS_AS(word, at, first, text) HEAD(word, at, 0, first, first, text)
#define SET(word, kind, first, one, text)                                                          \
    {.name = word, .type = kind, .preset = first, .sample = one, .doc = text}
#define KEPT(word, most, text) {.name = word, .type = OBOL_SECRET, .max = most, .doc = text}
const struct obol_field obol_mincloud_config[] = {
    HEAD("client_id", "client-id", OBOL_REQUIRED, NULL, "a4d2d62965dd", "the dashboard's ClientID"),
    SPEAKS_AS("sdk_version", "client-version", "v3.23.3", "the Web SDK that requests speak as"),
    SPEAKS_AS("platform", "client-platform", "WEB", "its platform"),
    SPEAKS_AS("sdk_type", "client-sdk-type", "file", "its kind"),
    HEAD("env", "env-id", 0, NULL, "e1", "the environment; production without it"),
    SET("base_url", OBOL_URL, "https://{client_id}.myminapp.com", "https://a4.myminapp.com",
        "where the API is"),
    KEPT("token", 4096, "of the user who pays"),
    SET("login.username", OBOL_TEXT, NULL, "shop", "a user to log in"),
    SET("login.email", OBOL_TEXT, NULL, "a@shop.example", "the same"),
    SET("login.phone", OBOL_TEXT, NULL, "13800000000", "the same"),
    {.name = "login.password", .type = OBOL_SECRET, .needed_by = "login", .doc = "of that user"},
    SET("anonymous", OBOL_BOOLEAN, NULL, "true", "log in as nobody"),
    KEPT("webhook_key", 256, "the webhook's JWT KEY; without it no notification is accepted"),
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
    ANSWER(NULL, OBOL_UNKNOWN, OBOL_ERR_PROVIDER, "a server error, or a status that no list names"),
    {0},
};

#define AT(part, place) &obol_mincloud_##part[place]
static const struct obol_operation *const operations[] = {
    AT(payments, 0), AT(payments, 1), AT(orders, 0), AT(orders, 1), AT(orders, 2), AT(orders, 3),
    AT(orders, 4), AT(functions, 0), AT(functions, 1), AT(functions, 2), AT(sessions, 0),
    AT(sessions, 1), AT(sessions, 2), AT(sessions, 3), AT(sessions, 4), AT(sessions, 5),
    AT(sessions, 6), AT(sessions, 7), NULL,
};
/* clang-format on */

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
    .prepare = obol_mincloud_prepare,
    .sign = obol_mincloud_sign,
    .open = obol_mincloud_open,
    .notifications = obol_mincloud_notifications,
    .acknowledgements = acknowledgements,
    .call_timeout_ms = 30000,
    .query_schedule_s = query_schedule_s,
};
