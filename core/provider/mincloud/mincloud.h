#pragma once

#include "schema/provider.h"

/* MinCloud, payments of the Web SDK. "Sheet 5.3" and its like name a section of the protocol sheet
 * that these tables and, apart from them, the sandbox were written from. */
extern const struct obol_provider obol_mincloud;

/* Its parts, by file. */
extern const struct obol_field obol_mincloud_config[];
extern const struct obol_word obol_mincloud_gateways[];
extern const struct obol_word obol_mincloud_refund_statuses[];
extern const struct obol_notification obol_mincloud_notifications[];

extern const struct obol_operation obol_mincloud_payments[2];
extern const struct obol_operation obol_mincloud_orders[5];
extern const struct obol_operation obol_mincloud_sessions[8];
extern const struct obol_operation obol_mincloud_functions[3];

obol_prepare obol_mincloud_prepare;
obol_sign obol_mincloud_sign;
obol_open obol_mincloud_open;
obol_make obol_mincloud_snapshot;
obol_make obol_mincloud_profit_sharing;
obol_read obol_mincloud_read_bridge;
obol_read obol_mincloud_read_order_id;
obol_read obol_mincloud_read_key;
obol_read obol_mincloud_read_channel_id;

/* A row of a request that is a text or a number. */
#define MINCLOUD_ROW(word, at, kind, need, one, text)                                              \
    {                                                                                              \
        .name = word, .wire = at, .type = kind, .flags = need, .sample = one, .doc = text          \
    }
/* What many rows have: the two versions of the API, and even the pages of one, write each value as
 * a number, a text or null (sheet 5.3). */
#define MINCLOUD_ID .type = OBOL_TEXT, .as = OBOL_AS_TEXT
#define MINCLOUD_SHOWN MINCLOUD_ID, .flags = OBOL_SHOWN
#define MINCLOUD_MOMENT                                                                            \
    .type = OBOL_TIME, .as = OBOL_SECONDS, .flags = OBOL_SHOWN | OBOL_ZERO_IS_NONE
#define MINCLOUD_WORD(words) .type = OBOL_TEXT, .oneof = words

/* clang-format off */
/* An order. The payer is a user of MinCloud, not the merchant's customer. */
#define MINCLOUD_ORDER                                                                             \
    {.name = "provider_id", .wire = "transaction_no", MINCLOUD_ID, .doc = "the flow number"},      \
    {.name = "trade_no", .wire = "trade_no", MINCLOUD_ID, .doc = "the order number"},              \
    {.name = "order_id", .read = obol_mincloud_read_order_id, .doc = "the merchant's order"},      \
    {.name = "key", .read = obol_mincloud_read_key, .doc = "the attempt's key"},                   \
    {.name = "method", .wire = "gateway_type", MINCLOUD_WORD(obol_mincloud_gateways),              \
     .doc = "how it is paid; another word of MinCloud's stays in extra"},                          \
    {.name = "currency", .wire = "currency_type", .type = OBOL_CURRENCY, .doc = "none: CNY"},      \
    {.name = "amount", .wire = "total_cost", .type = OBOL_MONEY, .doc = "in yuan on the wire"},    \
    {.name = "refund_status", .wire = "refund_status",                                             \
     MINCLOUD_WORD(obol_mincloud_refund_statuses), .doc = "none: never refunded"},                 \
    {.name = "description", .wire = "merchandise_description", MINCLOUD_SHOWN, .doc = "as given"}, \
    {.name = "schema_id", .wire = "merchandise_schema_id", MINCLOUD_SHOWN, .doc = "goods table"},  \
    {.name = "record_id", .wire = "merchandise_record_id", MINCLOUD_ID, .doc = "its row"},         \
    {.name = "payer_id", .wire = "created_by", MINCLOUD_SHOWN, .doc = "MinCloud's user"},          \
    {.name = "payer_id", .wire = "created_by_id", MINCLOUD_SHOWN, .doc = "MinCloud's user"},       \
    {.name = "channel_id", .read = obol_mincloud_read_channel_id, .doc = "WeChat's number"},       \
    {.name = "paid_ms", .wire = "paid_at", MINCLOUD_MOMENT, .doc = "when it was paid"},            \
    {.name = "created_ms", .wire = "created_at", MINCLOUD_MOMENT, .doc = "when it was made"},      \
    {.name = "updated_ms", .wire = "updated_at", MINCLOUD_MOMENT, .doc = "when it changed"}
/* clang-format on */
