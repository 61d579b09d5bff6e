#pragma once

#include "schema/provider.h"

/* RuxPay. "Sheet 4.1" and its like name a section of the protocol sheet that these tables and,
 * apart from them, the sandbox were written from; each operation names what was published. What
 * RuxPay's own pages leave open was taken from those of two other brands of the same platform. */
extern const struct obol_provider obol_ruxpay;

/* Its parts, by file. */
extern const struct obol_operation *const obol_ruxpay_operations[];
extern const struct obol_outcome_row obol_ruxpay_outcomes[];
extern const struct obol_notification obol_ruxpay_notifications[];

obol_sign obol_ruxpay_sign;
obol_open obol_ruxpay_open;
obol_read obol_ruxpay_read_live, obol_ruxpay_read_first6, obol_ruxpay_read_last4;
obol_make obol_ruxpay_day_before, obol_ruxpay_day_after, obol_ruxpay_from, obol_ruxpay_until;

/* The members of a map as one text (sheet 8.2): the values alone, sorted by name, without `sign`,
 * null and empty text. False when memory is short. */
bool obol_ruxpay_join(struct obol_arena *arena, const struct obol_node *map,
                      struct obol_buf *out) OBOL_MUST_USE;
/* Adds lower-case hex of the SHA-256 of `text` and the key behind it. */
bool obol_ruxpay_seal(struct obol_slice text, struct obol_slice key, struct obol_buf *out,
                      struct obol_err *err) OBOL_MUST_USE;

/* Rows: of a reply what is text or a number, what people read, an amount with its currency. */
/* clang-format off */
#define RUXPAY_TOLD(word, member, need, text)                                                      \
    {.name = word, .wire = member, .type = OBOL_TEXT, .as = OBOL_AS_TEXT, .flags = need,           \
     .doc = text}
#define RUXPAY_SHOWN(word, member, kind, text)                                                     \
    {.name = word, .wire = member, .type = kind, .as = OBOL_AS_TEXT, .flags = OBOL_SHOWN,          \
     .doc = text}
#define RUXPAY_MADE(word, member, by, text) {.name = word, .wire = member, .read = by, .doc = text}
#define RUXPAY_AMOUNT(of, text)                                                                    \
    {.name = "currency", .wire = of "Currency", .type = OBOL_CURRENCY, .doc = "of the amount"},    \
    {.name = "amount", .wire = of "Amount", .type = OBOL_MONEY, .as = OBOL_TWO_PLACES, .doc = text}
#define RUXPAY_SAID(need)                                                                          \
    RUXPAY_TOLD("code", "code", need, "RuxPay's code of it"),                                      \
    RUXPAY_SHOWN("message", "message", OBOL_TEXT, "RuxPay's text"),                                \
    RUXPAY_SHOWN("time_ms", "timestamp", OBOL_TIME, "when this was said")
#define RUXPAY_TRANSACTION(need)                                                                   \
    RUXPAY_SAID(need),                                                                             \
    RUXPAY_TOLD("provider_id", "uniqueId", need, "RuxPay's id of the transaction"),                \
    RUXPAY_TOLD("key", "transactionId", need, "the attempt's key"),                                \
    RUXPAY_AMOUNT("transaction", "what the payer pays"),                                           \
    RUXPAY_MADE("live", "isTest", obol_ruxpay_read_live, "whether real money is taken"),           \
    RUXPAY_MADE("card.first6", "transactionCardNumber", obol_ruxpay_read_first6, "its beginning"), \
    RUXPAY_MADE("card.last4", "transactionCardNumber", obol_ruxpay_read_last4, "its end"),         \
    RUXPAY_SHOWN("descriptor", "billDescription", OBOL_TEXT, "on the card's statement"),           \
    RUXPAY_SHOWN("issuer_message", "transactionMessage", OBOL_TEXT, "the channel's or bank's text")
#define RUXPAY_REFUND(need, member, own_id)                                                        \
    RUXPAY_SAID(need),                                                                             \
    RUXPAY_TOLD("refund_id", member, 0, "the merchant's id of the refund"),                        \
    RUXPAY_TOLD("provider_id", "uniqueId", 0, "RuxPay's id of the payment"),                       \
    RUXPAY_TOLD(own_id, "refundUniqueId", need, "RuxPay's id of the refund"),                      \
    RUXPAY_AMOUNT("refund", "what goes back")

/* One line of a table of outcomes; `extra` is one more member of the row. */
#define RUXPAY_CODE(number, result, why, text, extra)                                              \
    {.at = "code", .is = number, .text_too = true, .outcome = result, .kind = why, .doc = text,    \
     extra}
/* What the code of a transaction says of its payment; `next`: where the payer's next page is. */
#define RUXPAY_PAID(next)                                                                          \
    RUXPAY_CODE("100", OBOL_SUCCEEDED, OBOL_ERR_NONE, "approved", .has = NULL),                    \
    RUXPAY_CODE("101", OBOL_DECLINED, OBOL_ERR_DECLINED, "declined", .has = NULL),                 \
    RUXPAY_CODE("102", OBOL_ACCEPTED, OBOL_ERR_NONE, "payment pending", .has = NULL),              \
    RUXPAY_CODE("103", OBOL_DECLINED, OBOL_ERR_DECLINED, "order closed", .status = "expired"),     \
    RUXPAY_CODE("301", OBOL_ACCEPTED, OBOL_ERR_NONE, "the payer has to go on", .has = next)
#define RUXPAY_REFUNDED                                                                            \
    RUXPAY_CODE("110", OBOL_ACCEPTED, OBOL_ERR_NONE, "accepted, not yet done", .has = NULL),       \
    RUXPAY_CODE("111", OBOL_SUCCEEDED, OBOL_ERR_NONE, "refunded", .has = NULL),                    \
    RUXPAY_CODE("112", OBOL_DECLINED, OBOL_ERR_DECLINED, "failed, the charge stands", .has = NULL)
#define RUXPAY_OTHER                                                                               \
    RUXPAY_CODE(NULL, OBOL_UNKNOWN, OBOL_ERR_PROVIDER, "another, or out of place", .has = NULL)
/* clang-format on */
