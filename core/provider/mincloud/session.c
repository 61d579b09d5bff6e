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
static const struct obol_field now[] = {
    {.name = "time_ms", .wire = "time", .type = OBOL_TIME, .doc = "the server's clock"}, {0}};

#define HAS(member, text)                                                                          \
    {{.at = "http_status", .is = "2xx", .has = member, .outcome = OBOL_SUCCEEDED, .doc = text}, {0}}
static const struct obol_outcome_row logged_in[] = HAS("token", "logged in");
static const struct obol_outcome_row told[] = HAS("time", "told");

#define HARMLESS                                                                                   \
    .effect = OBOL_NO_EFFECT, .found_by = OBOL_BY_NOTHING, .repeat_safe = OBOL_YES,                \
    .source = "MinCloud documentation, Web API, user and utils; hydrogen-js-sdk, auth.js"
#define SESSION(line, by, any, rows, text)                                                         \
    {.name = "session.create", HARMLESS, .variant = any, .when = by, .request = rows,              \
     .request_line = "POST /hserve/" line, .reply = session, .outcomes = logged_in, .doc = text}
#define LOG_IN(way, by, rows, text)                                                                \
    SESSION("v2.1/login/" #way "/", by #way, "*", way##rows, "Logs in by " #way text)
const struct obol_operation obol_mincloud_sessions[8] = {
    LOG_IN(username, "extra.mincloud.", _given, "."),
    LOG_IN(email, "extra.mincloud.", _given, "."),
    LOG_IN(phone, "extra.mincloud.", _given, "."),
    LOG_IN(username, "account.login.", _kept, ", as configured."),
    LOG_IN(email, "account.login.", _kept, ", as configured."),
    LOG_IN(phone, "account.login.", _kept, ", as configured."),
    SESSION("v2.0/login/anonymous/", NULL, NULL, nothing, "Logs in as nobody."),
    {.name = "time.get", HARMLESS, .request_line = "GET /hserve/v2.2/server/time/",
     .request = nothing, .reply = now, .outcomes = told, .doc = "The server's clock."},
};
/* clang-format on */
