#include "provider/appwheel/appwheel.h"

static const char *const methods[] = {"checkout", NULL};

/* Amounts go through to Stripe, which counts some currencies otherwise than ISO 4217
 * (docs.stripe.com/currencies, special cases). */
static const struct obol_exponent exponents[] = {
    {.code = "ISK", .places = 2}, {.code = "UGX", .places = 2}, {.code = "MGA", .places = 0}, {0}};

static const struct obol_operation *const operations[] = {
    &obol_appwheel_customer_create,
    &obol_appwheel_customer_create_anonymous,
    &obol_appwheel_product_list,
    &obol_appwheel_product_history,
    &obol_appwheel_subscription_create,
    &obol_appwheel_payment_create,
    &obol_appwheel_payment_create_sku,
    &obol_appwheel_subscription_update,
    &obol_appwheel_subscription_cancel,
    &obol_appwheel_subscription_renew,
    &obol_appwheel_subscription_portal,
    &obol_appwheel_subscription_query,
    &obol_appwheel_entitlement_get,
    &obol_appwheel_payment_method_create,
    &obol_appwheel_payment_method_create_intent,
    &obol_appwheel_payment_method_list,
    &obol_appwheel_payment_method_remove,
    &obol_appwheel_invoice_list,
    &obol_appwheel_time_get,
    NULL,
};

/* 200 when processed, 400 or 500 when not (sheet 9); a 5xx asks for another delivery. */
static const struct obol_acknowledgement acknowledgements[] = {
    {.word = "accepted", .status = 200, .content_type = "text/plain", .body = "ok"},
    {.word = "later", .status = 500, .content_type = "text/plain", .body = "later"},
    {.word = "refused", .status = 400, .content_type = "text/plain", .body = "refused"},
    {0},
};

/* An unanswered cancel or renewal is asked about after these; nothing finds a purchase again. */
static const int32_t query_schedule_s[] = {1, 5, 30, 120, 600, 3600, 0};

const struct obol_provider obol_appwheel = {
    .name = "appwheel",
    .title = "AppWheel (Stripe)",
    .doc = "Pixocial's subscription platform: subscriptions, one-off purchases, payment methods, "
           "invoices and entitlements on the merchant's own Stripe account.",
    .source = "AppWheel documentation and SDKs, 2023 to 2024",
    .methods = methods,
    .exponents = exponents,
    .config = obol_appwheel_config,
    .operations = operations,
    .outcomes = obol_appwheel_outcomes,
    .code_at = "code",
    .message_at = "message",
    .sign = obol_appwheel_sign,
    .wants_nonce = true,
    .open = obol_appwheel_open,
    .notifications = obol_appwheel_notifications,
    .acknowledgements = acknowledgements,
    .call_timeout_ms = 30000,
    .query_schedule_s = query_schedule_s,
};
