#include "provider/fourmetas/fourmetas.h"

static const char *const methods[] = {"game", NULL};
static const char *const currencies[] = {"USD", NULL};

static const struct obol_operation *const operations[] = {
    &obol_fourmetas_payment_create,
    &obol_fourmetas_payment_query,
    NULL,
};

/* The platform's own envelope says that it was received; one and the same answer to all that is
 * not proven (sheet 7.2, 7.4). */
static const struct obol_acknowledgement acknowledgements[] = {
    {.word = "accepted",
     .status = 200,
     .content_type = "application/json; charset=utf-8",
     .body = "{\"status\":1,\"msg\":\"success\"}"},
    {.word = "later",
     .status = 503,
     .content_type = "application/json; charset=utf-8",
     .body = "{\"status\":0,\"msg\":\"later\"}"},
    {.word = "refused",
     .status = 400,
     .content_type = "application/json; charset=utf-8",
     .body = "{\"status\":0,\"msg\":\"refused\"}"},
    {0},
};

/* Orders have no callback when they fail, and may have none at all: asking is not optional. After
 * the first minute each minute, for two hours (sheet 6). */
#define TEN_FROM(s)                                                                                \
    (s), (s) + 60, (s) + 120, (s) + 180, (s) + 240, (s) + 300, (s) + 360, (s) + 420, (s) + 480,    \
        (s) + 540
static const int32_t query_schedule_s[] = {3,
                                           5,
                                           10,
                                           30,
                                           TEN_FROM(60),
                                           TEN_FROM(660),
                                           TEN_FROM(1260),
                                           TEN_FROM(1860),
                                           TEN_FROM(2460),
                                           TEN_FROM(3060),
                                           TEN_FROM(3660),
                                           TEN_FROM(4260),
                                           TEN_FROM(4860),
                                           TEN_FROM(5460),
                                           TEN_FROM(6060),
                                           TEN_FROM(6660),
                                           0};

/* Anything but an envelope with HTTP 200 says nothing; `msg` is never looked at (sheet 3). */
static const struct obol_outcome_row outcomes[] = {
    {.at = "http_status",
     .is = "!200",
     .outcome = OBOL_UNKNOWN,
     .kind = OBOL_ERR_PROVIDER,
     .doc = "every envelope comes with HTTP 200"},
    {0},
};

const struct obol_provider obol_fourmetas = {
    .name = "fourmetas",
    .title = "4metas",
    .doc = "Game recharge: an order, a pay page, and a callback sealed with RSA.",
    .source = "4metas partner documentation, recharge/app",
    .methods = methods,
    .currencies = currencies,
    .config = obol_fourmetas_config,
    .operations = operations,
    .outcomes = outcomes,
    .content_type = "application/json; charset=utf-8",
    .base_url_word = "api_base",
    .zone_minutes = 8 * 60,
    .code_at = "status",
    .message_at = "msg",
    .prepare = obol_fourmetas_prepare,
    .release = obol_fourmetas_release,
    .sign = obol_fourmetas_sign,
    .open = obol_fourmetas_open,
    .notifications = obol_fourmetas_notifications,
    .acknowledgements = acknowledgements,
    .call_timeout_ms = 20000,
    .query_schedule_s = query_schedule_s,
};
