#include "provider/mincloud/mincloud.h"

/* Logging in (sheet 3), and the server's clock. */

/* clang-format off */
/* A way to log in, with what the call says and with what the configuration says. */
#define WAY(way, one)                                                                              \
    static const struct obol_field way##_given[] = {                                               \
        {.name = "extra.mincloud." #way, .wire = #way, .type = OBOL_TEXT, .flags = OBOL_PERSONAL,  \
         .sample = one, .doc = "who logs in"},                                                     \
        {.name = "extra.mincloud.password", .wire = "password", .type = OBOL_SECRET,               \
         .flags = OBOL_REQUIRED, .doc = "of that user"}, {0}};                                     \
    static const struct obol_field way##_kept[] = {                                                \
        {.name = "account.login." #way, .wire = #way, .type = OBOL_TEXT, .doc = "who logs in"},    \
        {.name = "account.login.password", .wire = "password", .type = OBOL_SECRET,                \
         .flags = OBOL_REQUIRED, .doc = "of that user"}, {0}}
WAY(username, "shop");
WAY(email, "a@shop.example");
WAY(phone, "13800000000");

static const struct obol_field nothing[] = {{0}};
static const struct obol_field session[] = {
    {.name = "token", .wire = "token", .type = OBOL_SECRET, .doc = "proves the user in calls"},
    {.name = "expires_in_s", .wire = "expires_in", .type = OBOL_INTEGER, .doc = "30 days at most"},
    {.name = "customer_id", .wire = "user_id", MINCLOUD_ID, .doc = "MinCloud's user"},
    {.name = "customer_id", .wire = "user_info.id", MINCLOUD_ID, .doc = "MinCloud's user"},
    {0},
};
static const struct obol_outcome_row logged_in[] = {
    {.at = "http_status", .is = "2xx", .has = "token", .outcome = OBOL_SUCCEEDED,
     .doc = "logged in"},
    {0},
};

#define SESSION(line, by, rows, text)                                                              \
    {.name = "session.create", .variant = by != NULL ? "*" : NULL, .when = by,                     \
     .request_line = "POST /hserve/" line, .request = rows, .reply = session,                      \
     .outcomes = logged_in, .effect = OBOL_NO_EFFECT, .found_by = OBOL_BY_NOTHING,                 \
     .repeat_safe = OBOL_YES, .doc = text,                                                         \
     .source = "MinCloud documentation, Web API, user; hydrogen-js-sdk, auth.js"}
#define LOG_IN(way)                                                                                \
    SESSION("v2.1/login/" #way "/", "extra.mincloud." #way, way##_given, "Logs in by " #way ".")
#define LOG_IN_AS_SET(way)                                                                         \
    SESSION("v2.1/login/" #way "/", "account.login." #way, way##_kept,                             \
            "Logs in by " #way ", as configured.")
const struct obol_operation obol_mincloud_sessions[7] = {
    LOG_IN(username),
    LOG_IN(email),
    LOG_IN(phone),
    LOG_IN_AS_SET(username),
    LOG_IN_AS_SET(email),
    LOG_IN_AS_SET(phone),
    SESSION("v2.0/login/anonymous/", NULL, nothing, "Logs in as nobody."),
};

static const struct obol_field now[] = {
    {.name = "time_ms", .wire = "time", .type = OBOL_TIME, .doc = "the server's clock"}, {0}};
static const struct obol_outcome_row told[] = {
    {.at = "http_status", .is = "2xx", .has = "time", .outcome = OBOL_SUCCEEDED, .doc = "told"},
    {0},
};
/* clang-format on */

const struct obol_operation obol_mincloud_time_get = {
    .name = "time.get",
    .request_line = "GET /hserve/v2.2/server/time/",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_YES,
    .request = nothing,
    .reply = now,
    .outcomes = told,
    .doc = "The server's clock.",
    .source = "MinCloud documentation, Web API, utils",
};
