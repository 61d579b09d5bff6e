#pragma once

#include "schema/provider.h"

/* AppWheel, the Stripe side. "Sheet 6.3" and its like name a section of the protocol sheet that
 * these tables and, apart from them, the sandbox were written from; each operation names what it
 * published. */
extern const struct obol_provider obol_appwheel;

/* Its parts, by file. */
extern const struct obol_field obol_appwheel_config[];
extern const struct obol_outcome_row obol_appwheel_outcomes[];
extern const struct obol_notification obol_appwheel_notifications[];
extern const struct obol_outcome_row obol_appwheel_done[]; /* success of what has nothing to show */

extern const struct obol_operation obol_appwheel_customer_create;
extern const struct obol_operation obol_appwheel_customer_create_anonymous;
extern const struct obol_operation obol_appwheel_time_get;
extern const struct obol_operation obol_appwheel_product_list;
extern const struct obol_operation obol_appwheel_product_history;
extern const struct obol_operation obol_appwheel_payment_create;
extern const struct obol_operation obol_appwheel_payment_create_sku;
extern const struct obol_operation obol_appwheel_subscription_create;
extern const struct obol_operation obol_appwheel_subscription_update;
extern const struct obol_operation obol_appwheel_subscription_cancel;
extern const struct obol_operation obol_appwheel_subscription_renew;
extern const struct obol_operation obol_appwheel_subscription_portal;
extern const struct obol_operation obol_appwheel_subscription_query;
extern const struct obol_operation obol_appwheel_entitlement_get;
extern const struct obol_operation obol_appwheel_payment_method_create;
extern const struct obol_operation obol_appwheel_payment_method_create_intent;
extern const struct obol_operation obol_appwheel_payment_method_list;
extern const struct obol_operation obol_appwheel_payment_method_remove;
extern const struct obol_operation obol_appwheel_invoice_list;

obol_sign obol_appwheel_sign;
obol_open obol_appwheel_open;
obol_make obol_appwheel_pay_price;
obol_read obol_appwheel_read_interval;
obol_read obol_appwheel_read_session_mode;
obol_read obol_appwheel_read_order_status;
obol_read obol_appwheel_read_invoice_amount;

/* clang-format off */
/* The two codes that say yes (sheet 5), as rows of a table of outcomes. */
#define APPWHEEL_SUCCESS(path, result, text)                                                       \
    {.at = "code", .is = "0", .has = path, .outcome = result, .doc = text},                        \
    {.at = "code", .is = "200", .has = path, .outcome = result, .doc = text}
/* clang-format on */

/* Rows that many tables share. */
/* clang-format off */
#define APPWHEEL_CUSTOMER(in)                                                                      \
    {.name = "customer.id", .wire = "appUserId", .type = OBOL_TEXT, .place = in,                   \
     .flags = OBOL_REQUIRED | OBOL_BYTES | OBOL_PERSONAL, .max = 255, .sample = "user_1",          \
     .doc = "the merchant's id of the user, the same in every call"}
#define APPWHEEL_SUBSCRIPTION                                                                      \
    {.name = "provider_id", .wire = "purchaseId", .type = OBOL_TEXT, .flags = OBOL_REQUIRED,       \
     .max = 255, .sample = "sub_1LNX9z", .doc = "the subscription's id, sub_..."}
/* clang-format on */
