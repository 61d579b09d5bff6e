#include "provider/ruxpay/ruxpay.h"

static const char *const methods[] = {"card", "checkout", NULL};

static const struct obol_operation *const operations[] = {
    &obol_ruxpay_payment_create,
    &obol_ruxpay_payment_create_checkout,
    &obol_ruxpay_subscription_create,
    &obol_ruxpay_payment_query,
    &obol_ruxpay_payment_query_by_key,
    &obol_ruxpay_payment_list,
    &obol_ruxpay_refund_create,
    &obol_ruxpay_refund_query,
    NULL,
};

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
    .config = obol_ruxpay_config,
    .operations = operations,
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
