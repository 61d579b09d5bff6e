#pragma once

#include "schema/provider.h"

/* RuxPay. "Sheet 4.1" and its like name a section of the protocol sheet that these tables and,
 * apart from them, the sandbox were written from; each operation names what was published. What
 * RuxPay's own pages leave open was taken from those of two other brands of the same platform. */
extern const struct obol_provider obol_ruxpay;

/* Its parts, by file. */
extern const struct obol_field obol_ruxpay_config[];
extern const struct obol_field obol_ruxpay_order[]; /* an order as a reply tells it */
extern const struct obol_outcome_row obol_ruxpay_paid[];
extern const struct obol_outcome_row obol_ruxpay_found[]; /* of a list */
extern const struct obol_outcome_row obol_ruxpay_refunded[];
extern const struct obol_outcome_row obol_ruxpay_outcomes[];
extern const struct obol_notification obol_ruxpay_notifications[];

extern const struct obol_operation obol_ruxpay_payment_create;
extern const struct obol_operation obol_ruxpay_payment_create_checkout;
extern const struct obol_operation obol_ruxpay_subscription_create;
extern const struct obol_operation obol_ruxpay_payment_query;
extern const struct obol_operation obol_ruxpay_payment_query_by_key;
extern const struct obol_operation obol_ruxpay_payment_list;
extern const struct obol_operation obol_ruxpay_refund_create;
extern const struct obol_operation obol_ruxpay_refund_query;

obol_sign obol_ruxpay_sign;
obol_open obol_ruxpay_open;
obol_read obol_ruxpay_read_live;
obol_read obol_ruxpay_read_first6;
obol_read obol_ruxpay_read_last4;
obol_make obol_ruxpay_day_before;
obol_make obol_ruxpay_day_after;
obol_make obol_ruxpay_from;
obol_make obol_ruxpay_until;

/* The members of a map as one text (sheet 8.2): the values alone, sorted by name, without `sign`,
 * null and empty text. False when memory is short. */
bool obol_ruxpay_join(struct obol_arena *arena, const struct obol_node *map,
                      struct obol_buf *out) OBOL_MUST_USE;
/* Adds lower-case hex of the SHA-256 of `text` and the key behind it. */
bool obol_ruxpay_seal(struct obol_slice text, struct obol_slice key, struct obol_buf *out,
                      struct obol_err *err) OBOL_MUST_USE;

/* Rows that several tables share. */
/* clang-format off */
#define RUXPAY_ROW(word, member, most, need, example, text)                                        \
    {.name = word, .wire = member, .type = OBOL_TEXT, .flags = need, .max = most,                  \
     .sample = example, .doc = text}
#define RUXPAY_TOLD(word, member, text)                                                            \
    {.name = word, .wire = member, .type = OBOL_TEXT, .as = OBOL_AS_TEXT, .doc = text}
#define RUXPAY_SHOWN(word, member, kind, text)                                                     \
    {.name = word, .wire = member, .type = kind, .as = OBOL_AS_TEXT, .flags = OBOL_SHOWN,          \
     .doc = text}
#define RUXPAY_AMOUNT(of, text)                                                                    \
    {.name = "currency", .wire = of "Currency", .type = OBOL_CURRENCY, .doc = "of the amount"},    \
    {.name = "amount", .wire = of "Amount", .type = OBOL_MONEY, .as = OBOL_TWO_PLACES, .doc = text}
#define RUXPAY_TRANSACTION                                                                         \
    RUXPAY_TOLD("provider_id", "uniqueId", "RuxPay's id of the transaction"),                      \
    RUXPAY_TOLD("key", "transactionId", "the attempt's key"),                                      \
    RUXPAY_AMOUNT("transaction", "what the payer pays"),                                           \
    {.name = "live", .wire = "isTest", .read = obol_ruxpay_read_live,                              \
     .doc = "whether real money is taken"},                                                        \
    {.name = "card.first6", .wire = "transactionCardNumber", .read = obol_ruxpay_read_first6,      \
     .doc = "the card's first six digits"},                                                        \
    {.name = "card.last4", .wire = "transactionCardNumber", .read = obol_ruxpay_read_last4,        \
     .doc = "the card's last four digits"},                                                        \
    RUXPAY_SHOWN("descriptor", "billDescription", OBOL_TEXT, "on the card's statement"),           \
    RUXPAY_SHOWN("issuer_message", "transactionMessage", OBOL_TEXT, "the channel's or the bank's text"), \
    RUXPAY_SHOWN("time_ms", "timestamp", OBOL_TIME, "when this was said")
#define RUXPAY_REFUND                                                                              \
    RUXPAY_TOLD("provider_id", "uniqueId", "RuxPay's id of the payment"),                          \
    RUXPAY_TOLD("refund_provider_id", "refundUniqueId", "RuxPay's id of the refund"),              \
    RUXPAY_AMOUNT("refund", "what goes back"),                                                     \
    RUXPAY_SHOWN("time_ms", "timestamp", OBOL_TIME, "when this was said")
/* The days that a list is asked for, around the moment of the attempt. */
#define RUXPAY_TIME(word, example, text)                                                           \
    {.name = word, .type = OBOL_TIME, .place = OBOL_NOWHERE, .flags = OBOL_REQUIRED,               \
     .max = INT64_C(253370764800000), .sample = example, .doc = text}
#define RUXPAY_DATE(word, member, by)                                                              \
    {.name = word, .wire = member, .type = OBOL_TEXT, .place = OBOL_IN_QUERY, .make = by,          \
     .doc = "by the provider's clock, UTC+8"}
#define RUXPAY_DAYS                                                                                \
    RUXPAY_TIME("created_ms", "1686886273516", "when the attempt was made"),                       \
    RUXPAY_DATE("start_date", "startDate", obol_ruxpay_day_before),                                \
    RUXPAY_DATE("ending_date", "endingDate", obol_ruxpay_day_after)
/* One line of a table of outcomes. */
#define RUXPAY_CODE(number, member, result, why, text)                                             \
    {.at = "code", .is = number, .text_too = true, .has = member, .outcome = result, .kind = why,  \
     .doc = text}
/* What the code of a transaction says of its payment; `next` is where the payer's next page stands. */
#define RUXPAY_PAID(next)                                                                          \
    RUXPAY_CODE("100", NULL, OBOL_SUCCEEDED, OBOL_ERR_NONE, "approved"),                           \
    RUXPAY_CODE("101", NULL, OBOL_DECLINED, OBOL_ERR_DECLINED, "declined"),                        \
    RUXPAY_CODE("102", NULL, OBOL_ACCEPTED, OBOL_ERR_NONE, "payment pending"),                     \
    {.at = "code", .is = "103", .text_too = true, .outcome = OBOL_DECLINED, .status = "expired",   \
     .kind = OBOL_ERR_DECLINED, .doc = "order closed"},                                            \
    RUXPAY_CODE("301", next, OBOL_ACCEPTED, OBOL_ERR_NONE, "the payer has to go on")
#define RUXPAY_OTHER                                                                               \
    RUXPAY_CODE(NULL, NULL, OBOL_UNKNOWN, OBOL_ERR_PROVIDER, "any other code, or one out of place")
/* clang-format on */
