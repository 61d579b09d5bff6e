#include "provider/ruxpay/ruxpay.h"

#include "base/text.h"
#include "crypto/compare.h"
#include "schema/path.h"
#include "wire/json.h"

/*
 * Notifications (sheet 8). The signature binds neither the borders between values nor a time, so
 * what it says is confirmed by a query before money is believed; a chargeback only raises an alarm,
 * and no query tells of one.
 */

/* clang-format off */
#define APP                                                                                        \
    {.name = "app_id", .wire = "appId", .type = OBOL_TEXT, .as = OBOL_AS_TEXT,                     \
     .flags = OBOL_REQUIRED, .same_as = "app_id", .doc = "the app, which has to be this one"}
static const struct obol_field payment_fields[] = {RUXPAY_TRANSACTION(OBOL_REQUIRED), APP, {0}};
static const struct obol_field refund_fields[] = {
    RUXPAY_REFUND(OBOL_REQUIRED, "merchantRefundId", "refund_provider_id"), APP,
    RUXPAY_SHOWN("issuer_message", "refundMessage", OBOL_TEXT, "the channel's text"), {0}};
static const struct obol_field chargeback_fields[] = {
    RUXPAY_TOLD("provider_id", "uniqueId", OBOL_REQUIRED, "RuxPay's id of the payment"),
    RUXPAY_TOLD("key", "transactionId", 0, "the attempt's key, where it is told"),
    RUXPAY_AMOUNT("chargeback", "what was taken back"), APP,
    RUXPAY_SHOWN("time_ms", "timestamp", OBOL_TIME, "when this was said"), {0}};
static const struct obol_outcome_row payment_outcomes[] = {
    RUXPAY_PAID("redirectUrl"), RUXPAY_OTHER, {0}};

static const struct obol_outcome_row refund_outcomes[] = {RUXPAY_REFUNDED, RUXPAY_OTHER, {0}};
static const char *const payment_id[] = {"transactionType", "uniqueId", "code", NULL};
static const char *const refund_id[] = {"transactionType", "refundUniqueId", "code", NULL};

const struct obol_notification obol_ruxpay_notifications[] = {
    {.type = "refund.updated", .at = "transactionType", .is = "Refund", .fields = refund_fields,
     .outcomes = refund_outcomes, .id_of = refund_id,
     .confirm = OBOL_CONFIRM_UNLESS_OFF, .doc = "A refund has gone on, also one of the console.",
     .source = "WonderGate documentation of the same platform, notification"},
    {.type = "dispute.opened", .at = "transactionType", .is = "Chargeback",
     .fields = chargeback_fields, .id_of = payment_id, .confirm = OBOL_CONFIRM_NEVER,
     .doc = "A payer took the charge back to the bank.",
     .source = "WonderGate documentation of the same platform, notification"},
    /* Sale; which type a subscription's charges have is not documented */
    {.type = "payment", .at = "code", .has = "transactionId", .fields = payment_fields,
     .outcomes = payment_outcomes, .id_of = payment_id, .confirm = OBOL_CONFIRM_UNLESS_OFF,
     .doc = "A payment has gone on, a charge of a subscription among them.",
     .source = "WonderGate documentation of the same platform, notification"},
    {0},
};
/* clang-format on */

static bool refuse(struct obol_err *err)
{
    return obol_fail(err, OBOL_ERR_SIGNATURE, NULL,
                     "expected a signed notification of this account");
}

/* Lower-case letters, since some write hex in upper case. */
static struct obol_slice lower(struct obol_arena *arena, struct obol_slice text)
{
    char *copy = obol_arena_alloc(arena, text.size + 1);
    for (size_t i = 0; copy != NULL && i < text.size; i++)
        copy[i] = obol_ascii_lower(text.data[i]);
    return obol_slice(copy, copy != NULL ? text.size : 0);
}

/* Whether any of the account's keys makes this signature. */
static bool is_made_by(const struct obol_slot *keys, struct obol_slice text, struct obol_slice sign,
                       struct obol_err *err)
{
    bool right = false;
    for (size_t i = 0; i < keys->count; i++) {
        struct obol_buf hex;
        obol_buf_init(&hex, OBOL_CEILING_SMALL);
        if (obol_ruxpay_seal(text, keys->secrets[i], &hex, err))
            right |= obol_crypto_equal(obol_buf_slice(&hex), sign);
        obol_buf_free(&hex);
    }
    return right;
}

bool obol_ruxpay_open(const struct obol_incoming *incoming, const struct obol_record *account,
                      struct obol_opened *opened, struct obol_err *err)
{
    const struct obol_slot *keys = obol_record_get(account, "secret_key");
    struct obol_node *root = obol_json_parse(incoming->arena, incoming->body, NULL, NULL);
    const struct obol_node *sign = obol_node_get(root, obol_slice_text("sign"));
    if (keys == NULL || sign == NULL || sign->type != OBOL_NODE_TEXT || sign->text.size != 64)
        return refuse(err);
    struct obol_buf text;
    obol_buf_init(&text, OBOL_CEILING_REQUEST);
    bool right = obol_ruxpay_join(incoming->arena, root, &text) &&
                 is_made_by(keys, obol_buf_slice(&text), lower(incoming->arena, sign->text), err);
    obol_buf_free(&text);
    if (!right)
        return refuse(err);
    opened->root = root;
    opened->is_signed = true;
    return true;
}
