#include "provider/fourmetas/fourmetas.h"

#include "base/text.h"
#include "crypto/key.h"
#include "crypto/rsa.h"
#include "schema/path.h"
#include "wire/form.h"
#include "wire/json.h"
#include "wire/url.h"

/* A callback's way from its body to its clear text (sheet 7.4). Every fault has one answer.
 * A notification holds little more than `extra`, which is short: even one whose every letter comes
 * escaped and cut at 117 bytes stays below BLOCKS_MAX. Each block costs a private operation,
 * whoever sent it. */
enum { SEALED_MAX = 64 * 1024, PARAM_MAX = 4 * SEALED_MAX, BLOCKS_MAX = 64 };

static bool refuse(struct obol_err *err)
{
    return obol_fail(err, OBOL_ERR_SIGNATURE, NULL,
                     "expected a sealed notification of this account");
}

/* Transport damage is mended: line breaks, blanks that were a plus, the URL-safe alphabet, missing
 * padding. */
static void mend_base64(struct obol_buf *out, struct obol_slice param)
{
    for (size_t i = 0; i < param.size; i++) {
        char byte = param.data[i];
        if (byte == '\r' || byte == '\n' || byte == '\t')
            continue;
        obol_buf_add_byte(out, byte == ' ' || byte == '-' ? '+' : byte == '_' ? '/' : byte);
    }
    while (!out->failed && out->size % 4 != 0 && out->size % 4 != 1)
        obol_buf_add_byte(out, '=');
}

static void mend_hex(struct obol_buf *out, struct obol_slice param)
{
    for (size_t i = 0; i < param.size; i++)
        if (strchr("\r\n\t ", param.data[i]) == NULL || param.data[i] == '\0')
            obol_buf_add_byte(out, obol_ascii_lower(param.data[i]));
}

static bool read_sealed(struct obol_slice param, const struct obol_record *account,
                        struct obol_buf *out)
{
    bool hex = obol_slice_is(obol_record_get(account, "rsa.encoding")->text, "hex");
    struct obol_buf text;
    obol_buf_init(&text, PARAM_MAX);
    if (hex)
        mend_hex(&text, param);
    else
        mend_base64(&text, param);
    bool fine = !text.failed && (hex ? obol_hex_decode(out, obol_buf_slice(&text))
                                     : obol_base64_decode(out, obol_buf_slice(&text)));
    obol_buf_free(&text);
    return fine && out->size != 0 && out->size <= SEALED_MAX;
}

/* All blocks are opened whatever the first ones were, and all but the last have to hold the same:
 * in private_encrypt, blocks of two callbacks can be cut and joined (sheet trap 11). */
static bool open_blocks(const struct obol_key *key, const struct obol_record *account,
                        struct obol_slice sealed, struct obol_buf *out)
{
    size_t block = ((size_t)obol_key_bits(key) + 7) / 8, first = 0, last = 0;
    bool recovery = !obol_key_is_private(key), fine = sealed.size % block == 0;
    if (sealed.size > BLOCKS_MAX * block)
        return false;
    enum obol_padding padding =
        obol_slice_is(obol_record_get(account, "rsa.padding")->text, "oaep_sha1")
            ? OBOL_PADDING_OAEP_SHA1
            : OBOL_PADDING_PKCS1;
    for (size_t at = 0; at + block <= sealed.size; at += block) {
        struct obol_slice one = obol_slice(sealed.data + at, block);
        struct obol_err ignored;
        size_t before = out->size;
        bool opened = recovery ? obol_rsa_public_recover(key, one, out, &ignored)
                               : obol_rsa_decrypt(key, padding, one, out, &ignored);
        fine &= opened && (at < 2 * block ? true : last == first);
        last = out->size - before;
        if (at == 0)
            first = last;
        fine &= last >= 1 && last <= first;
    }
    return fine && !out->failed;
}

/* Every key is tried, also behind the one that opens: how long it takes must not tell whether the
 * padding of the first was right. */
static bool open_with_any(const struct obol_fourmetas_keys *keys, const struct obol_record *account,
                          struct obol_slice sealed, struct obol_buf *out)
{
    bool fine = false;
    for (size_t i = 0; i < keys->count; i++) {
        struct obol_buf clear;
        obol_buf_init(&clear, PARAM_MAX);
        bool opened = open_blocks(keys->keys[i], account, sealed, &clear);
        if (opened && !fine)
            obol_buf_add(out, obol_buf_slice(&clear));
        fine |= opened;
        obol_buf_free(&clear);
    }
    return fine && !out->failed;
}

/* The clear text of a notification's `param`, appended to `out`; false for whatever is wrong. */
static bool unseal(struct obol_slice param, const struct obol_record *account, struct obol_buf *out)
{
    const struct obol_fourmetas_keys *keys = account->state;
    struct obol_buf sealed;
    obol_buf_init(&sealed, PARAM_MAX);
    bool fine = keys != NULL && param.size <= PARAM_MAX && read_sealed(param, account, &sealed) &&
                open_with_any(keys, account, obol_buf_slice(&sealed), out);
    obol_buf_free(&sealed);
    return fine;
}

/* The sealed text: a member of a JSON body, or of a form or the address where that is allowed. */
static struct obol_slice find_param(const struct obol_incoming *incoming,
                                    const struct obol_record *account)
{
    struct obol_slice name = obol_record_get(account, "rsa.param_name")->text;
    bool any = obol_slice_is(obol_record_get(account, "rsa.from")->text, "any");
    const struct obol_node *map = obol_json_parse(incoming->arena, incoming->body, NULL, NULL);
    if (map == NULL && any && incoming->body.size != 0)
        map = obol_form_parse(incoming->arena, incoming->body, NULL);
    if (map == NULL && any && incoming->body.size == 0) {
        const char *query =
            incoming->url.size != 0 ? memchr(incoming->url.data, '?', incoming->url.size) : NULL;
        size_t from = query != NULL ? (size_t)(query + 1 - incoming->url.data) : incoming->url.size;
        map =
            obol_form_parse(incoming->arena,
                            obol_slice(incoming->url.data + from, incoming->url.size - from), NULL);
    }
    const struct obol_node *param = map != NULL ? obol_node_get(map, name) : NULL;
    return param != NULL && param->type == OBOL_NODE_TEXT ? param->text : obol_slice(NULL, 0);
}

/* Ids and amounts are numbers there, and only `extra` may be missing. */
static bool has_its_types(const struct obol_node *root)
{
    static const char *const numbers[] = {"gameId", "rechargeAmount", "orderId",
                                          "goodId", "userId",         "status"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const struct obol_node *member = obol_node_get(root, obol_slice_text(numbers[i]));
        int64_t integer = 0;
        bool amount = strcmp(numbers[i], "rechargeAmount") == 0;
        if (member == NULL || member->type != OBOL_NODE_NUMBER ||
            (!amount && !obol_node_int64(member, &integer)))
            return false;
    }
    const struct obol_node *extra = obol_node_get(root, obol_slice_text("extra"));
    return extra == NULL || extra->type == OBOL_NODE_NULL || extra->type == OBOL_NODE_TEXT;
}

bool obol_fourmetas_open(const struct obol_incoming *incoming, const struct obol_record *account,
                         struct obol_opened *opened, struct obol_err *err)
{
    struct obol_buf clear;
    obol_buf_init(&clear, PARAM_MAX);
    struct obol_slice text = {0};
    if (unseal(find_param(incoming, account), account, &clear))
        text = obol_arena_copy(incoming->arena, obol_buf_slice(&clear));
    obol_buf_free(&clear);
    struct obol_node *root =
        text.data != NULL ? obol_json_parse(incoming->arena, text, NULL, NULL) : NULL;
    if (root == NULL || root->type != OBOL_NODE_MAP || !has_its_types(root))
        return refuse(err);
    opened->root = root;
    opened->is_signed =
        obol_slice_is(obol_record_get(account, "rsa.mode")->text, "private_encrypt");
    opened->must_confirm = !opened->is_signed; /* whoever has the public key can seal one */
    return true;
}
