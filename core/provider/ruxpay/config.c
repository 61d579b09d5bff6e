#include "provider/ruxpay/ruxpay.h"

static const struct obol_word modes[] = {{.word = "basic"},  {.word = "headers"},
                                         {.word = "sha256"}, {.word = "body_sign"},
                                         {.word = "none"},   {0}};
static const char *const naming_modes[] = {"basic", "headers", "sha256", NULL};
static const char *const secret_modes[] = {"basic", "headers", "sha256", "body_sign", NULL};

/* clang-format off */
const struct obol_field obol_ruxpay_config[] = {
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
    RUXPAY_ROW("domain", NULL, 128, 0, "shop.example", "the main domain of the site"),
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
