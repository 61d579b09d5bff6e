#include "provider/ruxpay/ruxpay.h"

static const char *const methods[] = {"card", "checkout", NULL};

static const struct obol_word modes[] = {{.word = "basic"},  {.word = "headers"},
                                         {.word = "sha256"}, {.word = "body_sign"},
                                         {.word = "none"},   {0}};
static const char *const naming_modes[] = {"basic", "headers", "sha256", NULL};
static const char *const secret_modes[] = {"basic", "headers", "sha256", "body_sign", NULL};

/* clang-format off */
static const struct obol_field config[] = {
    {.name = "base_url", .type = OBOL_URL, .flags = OBOL_REQUIRED,
     .sample = "https://gateway.example", .doc = "where the API is, as RuxPay hands it out"},
    {.name = "app_id", .type = OBOL_TEXT, .flags = OBOL_REQUIRED | OBOL_DIGITS, .max = 20,
     .sample = "1625420154047475713", .doc = "the APP ID of the console"},
    {.name = "merchant_no", .type = OBOL_TEXT, .place = OBOL_IN_HEADER, .max = 128,
     .needed_by = "auth.mode", .needed_is = naming_modes, .sample = "100001",
     .doc = "the merchant number"},
    {.name = "secret_key", .type = OBOL_SECRET, .max = 1024, .needed_by = "auth.mode",
     .needed_is = secret_modes,
     .doc = "proves calls and notifications; of several the newest signs, each proves"},
    {.name = "domain", .type = OBOL_TEXT, .max = 128, .sample = "shop.example",
     .doc = "the main domain of the site"},
    {.name = "auth.mode", .type = OBOL_TEXT, .oneof = modes, .preset = "basic", .sample = "basic",
     .configurable = "auth.mode", .doc = "how a call proves who asks"},
    {.name = "auth.merchant_header", .type = OBOL_TEXT, .place = OBOL_IN_HEADER, .max = 64,
     .preset = "merchantNo", .sample = "merchantNo", .configurable = "auth.merchant_header",
     .doc = "the header with the merchant number, in the modes headers and sha256"},
    {.name = "auth.secret_header", .type = OBOL_TEXT, .place = OBOL_IN_HEADER, .max = 64,
     .preset = "secretKey", .sample = "secretKey", .configurable = "auth.secret_header",
     .doc = "the header with the key, in the mode headers"},
    {.name = "auth.extra_headers", .type = OBOL_LIST, .sub = obol_extra_header, .max = 8,
     .configurable = "auth.extra_headers", .doc = "headers that go with every call"},
    {.name = "confirm", .type = OBOL_BOOLEAN, .preset = "true", .sample = "true",
     .configurable = "confirm", .doc = "whether a notification is confirmed by a query"},
    {.name = "expire_after", .type = OBOL_DURATION, .preset = "2h", .sample = "2h",
     .configurable = "expire_after", .doc = "how long a page may be paid, or a bank may ponder"},
    {0},
};
/* clang-format on */

/* 200 exactly; whatever else comes, 2xx too, is a failure and brings a resend (sheet 8.1). */
static const struct obol_acknowledgement acknowledgements[] = {
    {.word = "accepted", .status = 200, .content_type = "text/plain", .body = "ok"},
    {.word = "later", .status = 503, .content_type = "text/plain", .body = "later"},
    {.word = "refused", .status = 401, .content_type = "text/plain", .body = "refused"},
    {0},
};

/* An empty list soon after sending proves nothing (sheet 6.2). */
static const int32_t query_schedule_s[] = {5, 30, 120, 600, 3600, 0};

const struct obol_provider obol_ruxpay = {
    .name = "ruxpay",
    .title = "RuxPay",
    .doc = "Payments and subscriptions by card, and a hosted page for many other ways to pay.",
    .source = "RuxPay documentation, and that of WonderGate and MZ, brands of the same platform",
    .methods = methods,
    .config = config,
    .operations = obol_ruxpay_operations,
    .outcomes = obol_ruxpay_outcomes,
    .zone_minutes = 480,
    .code_at = "code",
    .message_at = "message",
    .sign = obol_ruxpay_sign,
    .open = obol_ruxpay_open,
    .notifications = obol_ruxpay_notifications,
    .acknowledgements = acknowledgements,
    .call_timeout_ms = 60000,
    .query_schedule_s = query_schedule_s,
};
