#include "provider/mincloud/mincloud.h"

#include "base/reader.h"
#include "base/text.h"
#include "crypto/compare.h"
#include "crypto/digest.h"
#include "crypto/mac.h"
#include "schema/path.h"
#include "wire/json.h"

/*
 * The webhook of a payment (sheet 8.1): the body is one JSON Web Token as bare text, signed with
 * HS256. Headers are not looked at: which of them a delivery has is not documented.
 */

static bool refuse(struct obol_err *err)
{
    return obol_fail(err, OBOL_ERR_SIGNATURE, NULL,
                     "expected a signed notification of this account");
}

/* base64url without padding, each of its bytes in the one spelling that it has. */
static bool decode(struct obol_arena *arena, struct obol_slice part, struct obol_slice *bytes)
{
    struct obol_buf text, out;
    obol_buf_init(&text, OBOL_CEILING_REQUEST);
    obol_buf_init(&out, OBOL_CEILING_REQUEST);
    bool fine = part.size % 4 != 1;
    for (size_t i = 0; fine && i < part.size; i++) {
        char byte = part.data[i];
        fine = byte != '+' && byte != '/' && byte != '=';
        obol_buf_add_byte(&text, (char)(byte == '-' ? '+' : byte == '_' ? '/' : byte));
    }
    for (size_t i = part.size; i % 4 != 0; i++)
        obol_buf_add_byte(&text, '=');
    fine = fine && !text.failed && obol_base64_decode(&out, obol_buf_slice(&text));
    if (fine)
        *bytes = obol_arena_copy(arena, obol_buf_slice(&out));
    obol_buf_free(&text);
    obol_buf_free(&out);
    return fine && bytes->data != NULL;
}

/* The parts of a token; its first two with the dot between them are what is signed. */
struct token {
    struct obol_slice input, header, claims, mac;
};

static bool take_apart(struct obol_arena *arena, struct obol_slice body, struct token *token)
{
    struct obol_reader in = obol_reader(body);
    struct obol_slice header = obol_reader_until(&in, '.');
    struct obol_slice claims = obol_reader_until(&in, '.');
    struct obol_slice mac = obol_reader_until(&in, '.');
    /* two dots, no more and no less */
    if (header.size + claims.size + mac.size + 2 != body.size)
        return false;
    token->input = obol_slice(body.data, header.size + 1 + claims.size);
    return decode(arena, mac, &token->mac) && decode(arena, header, &token->header) &&
           decode(arena, claims, &token->claims);
}

static bool is_signed(const struct token *token, const struct obol_slot *keys, struct obol_err *err)
{
    bool right = false;
    for (size_t i = 0; i < keys->count; i++) {
        unsigned char mac[OBOL_DIGEST_MAX];
        size_t size = 0;
        if (!obol_hmac("sha256", keys->secrets[i], token->input, mac, &size, err))
            return false;
        right |= obol_crypto_equal(token->mac, obol_slice((const char *)mac, size));
    }
    return right;
}

/* Another way to sign is none, and neither is one with conditions that nobody here knows. */
static bool is_hs256(struct obol_arena *arena, struct obol_slice text)
{
    const struct obol_node *header = obol_json_parse(arena, text, NULL, NULL);
    const struct obol_node *alg = header != NULL ? obol_path_find(header, "alg") : NULL;
    return alg != NULL && alg->type == OBOL_NODE_TEXT && obol_slice_is(alg->text, "HS256") &&
           obol_path_find(header, "crit") == NULL;
}

/* A trigger of version 2 has the order inside (sheet 8.2). */
static struct obol_node *order_in(struct obol_node *claims)
{
    struct obol_node *subject = obol_path_find(claims, "subject");
    struct obol_node *payload = obol_path_find(claims, "payload");
    return subject != NULL && subject->type == OBOL_NODE_TEXT && payload != NULL &&
                   payload->type == OBOL_NODE_MAP
               ? payload
               : claims;
}

bool obol_mincloud_open(const struct obol_incoming *incoming, const struct obol_record *account,
                        struct obol_opened *opened, struct obol_err *err)
{
    const struct obol_slot *keys = obol_record_get(account, "webhook_key");
    struct token token = {0};
    if (keys == NULL || !take_apart(incoming->arena, incoming->body, &token) ||
        !is_signed(&token, keys, err) || !is_hs256(incoming->arena, token.header))
        return refuse(err);
    struct obol_node *claims = obol_json_parse(incoming->arena, token.claims, NULL, err);
    if (claims == NULL || claims->type != OBOL_NODE_MAP)
        return obol_fail(err, OBOL_ERR_PROVIDER, NULL, "expected an order in the notification");
    opened->root = order_in(claims);
    opened->is_signed = true;
    return true;
}

/* clang-format off */
static const struct obol_field fields[] = {
    {.name = "time_ms", .wire = "paid_at", MINCLOUD_MOMENT, .doc = "when it was paid"},
    MINCLOUD_ORDER,
    {0},
};
static const char *const id_of[] = {"trade_no", "status", NULL};

#define TOLD(word, result, why)                                                                    \
    {.at = "status", .is = word, .outcome = result, .kind = why, .doc = word}
static const struct obol_outcome_row outcomes[] = {
    TOLD("success", OBOL_SUCCEEDED, OBOL_ERR_NONE),
    TOLD("pending", OBOL_ACCEPTED, OBOL_ERR_NONE),
    TOLD("failed", OBOL_DECLINED, OBOL_ERR_DECLINED),
    {0},
};

/* The amount is not in it, so the order is looked up before anything is released. */
const struct obol_notification obol_mincloud_notifications[] = {
    {.type = "payment", .has = "trade_no", .fields = fields, .outcomes = outcomes, .id_of = id_of,
     .confirm = OBOL_CONFIRM_ALWAYS,
     .doc = "An order was paid. Nothing tells whether with real money.",
     .source = "MinCloud documentation, triggers: webhook, and the data of trigger V1 and V2"},
    {0},
};
/* clang-format on */
