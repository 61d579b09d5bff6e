#include "provider/appwheel/appwheel.h"

static const struct obol_word pay_price_words[] = {{.word = "unit"}, {.word = "total"}, {0}};
static const struct obol_word invoice_price_words[] = {
    {.word = "thousandths"}, {.word = "minor"}, {0}};

/* clang-format off */
const struct obol_field obol_appwheel_config[] = {
    {.name = "app_id", .type = OBOL_INTEGER, .flags = OBOL_REQUIRED, .min = 1, .max = INT64_MAX,
     .sample = "331058835", .doc = "the App ID of the dashboard"},
    {.name = "platform", .type = OBOL_TEXT, .max = 64, .preset = "Stripe",
     .place = OBOL_IN_HEADER, .sample = "Stripe",
     .doc = "the word in brackets after the app's name in the dashboard"},
    {.name = "secret", .type = OBOL_SECRET, .flags = OBOL_REQUIRED, .max = 256,
     .doc = "the App Secret, which signs every request"},
    {.name = "base_url", .type = OBOL_URL, .preset = "https://sdk.api.appwheel.com",
     .sample = "https://sdk.api.appwheel.com", .doc = "where the API is"},
    {.name = "pay_price", .type = OBOL_TEXT, .oneof = pay_price_words, .preset = "unit",
     .sample = "unit", .configurable = "pay_price",
     .doc = "whether payPrice is the price of one unit or of the whole order"},
    {.name = "invoice_price", .type = OBOL_TEXT, .oneof = invoice_price_words,
     .preset = "thousandths", .sample = "thousandths", .configurable = "invoice_price",
     .doc = "what an invoice's payPrice counts: thousandths of the major unit, or minor units"},
    {.name = "webhook_secret", .type = OBOL_SECRET, .max = 256, .configurable = "webhook_secret",
     .doc = "proves forwarded Stripe notifications; without it none is accepted"},
    {.name = "webhook_tolerance_s", .type = OBOL_INTEGER, .min = 1, .max = 86400, .preset = "300",
     .sample = "300", .configurable = "webhook_tolerance_s",
     .doc = "how far a notification's time may be from the clock, either way, in seconds"},
    {.name = "expire_after", .type = OBOL_DURATION, .preset = "24h", .sample = "24h",
     .configurable = "expire_after",
     .doc = "how long a checkout page may be paid, as long as a session of Stripe lives"},
    {0},
};
/* clang-format on */
