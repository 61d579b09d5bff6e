#include "provider/ruxpay/ruxpay.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "wire/json.h"

#include <stdlib.h>

/* How a call proves who asks (sheet 2). None of it is documented, so all of it is configuration. */

static int by_name(const void *left, const void *right)
{
    const struct obol_node *const *a = left, *const *b = right;
    return obol_slice_compare((*a)->name, (*b)->name);
}

static void add_value(struct obol_buf *out, const struct obol_node *value)
{
    if (value->type == OBOL_NODE_BOOLEAN)
        obol_buf_add_text(out, value->boolean ? "true" : "false");
    else if (value->type == OBOL_NODE_MAP || value->type == OBOL_NODE_LIST)
        obol_buf_add(out, value->raw);
    else
        obol_buf_add(out, value->text); /* of a number its digits as they came; of null none */
}

bool obol_ruxpay_join(struct obol_arena *arena, const struct obol_node *map, struct obol_buf *out)
{
    const struct obol_node **members = obol_arena_alloc(arena, (map->count + 1) * sizeof *members);
    size_t count = 0;
    if (members == NULL)
        return false;
    for (const struct obol_node *member = map->first; member != NULL; member = member->next)
        if (!obol_slice_is(member->name, "sign"))
            members[count++] = member;
    qsort(members, count, sizeof *members, by_name);
    for (size_t i = 0; i < count; i++)
        add_value(out, members[i]);
    return !out->failed;
}

bool obol_ruxpay_seal(struct obol_slice text, struct obol_slice key, struct obol_buf *out,
                      struct obol_err *err)
{
    unsigned char digest[OBOL_DIGEST_MAX];
    size_t size = 0;
    struct obol_buf input;
    obol_buf_init(&input, OBOL_CEILING_REQUEST);
    obol_buf_add(&input, text);
    obol_buf_add(&input, key);
    bool made = input.failed ? obol_fail(err, OBOL_ERR_INVALID, NULL, "expected a smaller body")
                             : obol_digest("sha256", obol_buf_slice(&input), digest, &size, err);
    obol_buf_free(&input);
    if (made)
        obol_hex_encode(out, obol_slice((const char *)digest, size));
    return made;
}

static struct obol_slice merchant_of(const struct obol_record *account)
{
    return obol_record_get(account, "merchant_no")->text;
}

static struct obol_slice key_of(const struct obol_record *account)
{
    return obol_record_get(account, "secret_key")->secrets[0];
}

/* A header that the configuration names. */
static bool add_named(struct obol_draft *draft, const struct obol_record *account, const char *word,
                      struct obol_slice value)
{
    return obol_draft_named_header(draft, obol_record_get(account, word)->text, value);
}

/* Authorization: Basic base64(merchant:key) */
static bool add_basic(struct obol_draft *draft, const struct obol_record *account,
                      struct obol_buf *room, struct obol_err *err)
{
    (void)err;
    obol_buf_add(room, merchant_of(account));
    obol_buf_add_byte(room, ':');
    obol_buf_add(room, key_of(account));
    size_t size = room->size;
    obol_buf_add_text(room, "Basic ");
    if (obol_buf_reserve(room, size / 3 * 4 + 4))
        obol_base64_encode(room, obol_slice(room->data, size));
    bool fine = !room->failed;
    struct obol_slice value = {0};
    if (fine)
        value = obol_arena_copy(draft->arena, obol_slice(room->data + size, room->size - size));
    return fine && value.data != NULL && obol_draft_header(draft, "authorization", value);
}

static bool add_headers(struct obol_draft *draft, const struct obol_record *account,
                        struct obol_buf *room, struct obol_err *err)
{
    (void)room, (void)err;
    return add_named(draft, account, "auth.merchant_header", merchant_of(account)) &&
           add_named(draft, account, "auth.secret_header", key_of(account));
}

/* sign: SHA-256 of merchant, milliseconds, body and key. */
static bool add_sha256(struct obol_draft *draft, const struct obol_record *account,
                       struct obol_buf *room, struct obol_err *err)
{
    char digits[OBOL_INT64_ROOM];
    struct obol_slice time =
        obol_arena_copy(draft->arena, obol_text_of_int64(digits, draft->time_ms));
    struct obol_buf sign;
    obol_buf_init(&sign, OBOL_CEILING_SMALL);
    obol_buf_add(room, merchant_of(account));
    obol_buf_add(room, time);
    obol_buf_add(room, draft->body);
    bool made =
        !room->failed && obol_ruxpay_seal(obol_buf_slice(room), key_of(account), &sign, err);
    struct obol_slice value = obol_arena_copy(draft->arena, obol_buf_slice(&sign));
    obol_buf_free(&sign);
    return made && time.data != NULL && value.data != NULL &&
           add_named(draft, account, "auth.merchant_header", merchant_of(account)) &&
           obol_draft_header(draft, "timestamp", time) && obol_draft_header(draft, "sign", value);
}

/* Another member of the body, made as that of a notification (sheet 8.2). A question has no body.
 */
static bool add_member(struct obol_draft *draft, const struct obol_record *account,
                       struct obol_buf *room, struct obol_err *err)
{
    if (draft->body.size == 0)
        return true;
    struct obol_node *root = obol_json_parse(draft->arena, draft->body, NULL, err);
    if (root == NULL || !obol_ruxpay_join(draft->arena, root, room))
        return false;
    struct obol_buf body;
    obol_buf_init(&body, OBOL_CEILING_REQUEST);
    obol_buf_add(&body, obol_slice(draft->body.data, draft->body.size - 1));
    obol_buf_add_text(&body, ",\"sign\":\"");
    bool made = obol_ruxpay_seal(obol_buf_slice(room), key_of(account), &body, err);
    obol_buf_add_text(&body, "\"}");
    if (made && !body.failed)
        draft->body = obol_arena_copy(draft->arena, obol_buf_slice(&body));
    made = made && !body.failed && draft->body.data != NULL;
    obol_buf_free(&body);
    return made;
}

static bool add_nothing(struct obol_draft *draft, const struct obol_record *account,
                        struct obol_buf *room, struct obol_err *err)
{
    (void)draft, (void)account, (void)room, (void)err;
    return true;
}

bool obol_ruxpay_sign(struct obol_draft *draft, const struct obol_record *account,
                      struct obol_err *err)
{
    static const struct {
        const char *word;
        bool (*add)(struct obol_draft *, const struct obol_record *, struct obol_buf *,
                    struct obol_err *);
    } modes[] = {{"basic", add_basic},
                 {"headers", add_headers},
                 {"sha256", add_sha256},
                 {"body_sign", add_member},
                 {"none", add_nothing}};
    struct obol_slice mode = obol_record_get(account, "auth.mode")->text;
    struct obol_buf room;
    obol_buf_init(&room, OBOL_CEILING_REQUEST);
    bool added = false;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (obol_slice_is(mode, modes[i].word))
            added = modes[i].add(draft, account, &room, err);
    obol_buf_free(&room);
    if (added && obol_draft_extra_headers(draft, obol_record_get(account, "auth.extra_headers")))
        return true;
    if (err->kind == OBOL_ERR_NONE)
        obol_fail(err, OBOL_ERR_INVALID, "auth",
                  "expected names and values that can stand in headers");
    return false;
}
