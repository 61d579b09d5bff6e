/* Target: obol_ruxpay_open through obol_call_open. The input is a notification's body: nothing that
 * a fuzzer makes up is signed, so nothing may be taken for an event. Where it is an object, it
 * comes again with a signature of the account's own key: then it is an event or not one of this
 * account. */
#include "account.h"
#include "call/notice.h"
#include "provider/ruxpay/ruxpay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool open(struct obol_arena *arena, struct obol_slice body, struct obol_err *err)
{
    struct obol_incoming incoming = {.arena = arena, .body = body, .time_ms = 1700000000000};
    struct obol_node *event = obol_node_new(arena, OBOL_NODE_MAP);
    bool opened = obol_call_open(fuzz_account_at(FUZZ_RUXPAY), &incoming, event, err);
    if (!opened && err->kind == OBOL_ERR_NONE)
        abort();
    if (opened &&
        (obol_node_at(event, "type") == NULL || obol_node_at(event, "verified_by") == NULL))
        abort();
    return opened;
}

/* The body up to its last brace, and the signature behind it. */
static void open_signed(struct obol_arena *arena, struct obol_slice body,
                        const struct obol_node *root)
{
    struct obol_buf text, whole;
    struct obol_err err = {0};
    obol_buf_init(&text, 1 << 24);
    obol_buf_init(&whole, 1 << 24);
    while (body.data[body.size - 1] != '}')
        body.size--;
    obol_buf_add(&whole, obol_slice(body.data, body.size - 1));
    obol_buf_add_text(&whole, root->count != 0 ? ",\"sign\":\"" : "\"sign\":\"");
    if (!obol_ruxpay_join(arena, root, &text) ||
        !obol_ruxpay_seal(obol_buf_slice(&text), obol_slice_text("w"), &whole, &err))
        abort();
    obol_buf_add_text(&whole, "\"}");
    if (!open(arena, obol_buf_slice(&whole), &err) && err.kind != OBOL_ERR_PROVIDER &&
        err.kind != OBOL_ERR_SIGNATURE && whole.size <= 1 << 20)
        abort();
    obol_buf_free(&text);
    obol_buf_free(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct obol_arena arena;
    obol_arena_init(&arena, 64 << 20);
    struct obol_slice body = obol_slice((const char *)data, size);
    struct obol_err err = {0};
    if (open(&arena, body, &err))
        abort();
    const struct obol_node *root = obol_json_parse(&arena, body, NULL, NULL);
    if (root != NULL && root->type == OBOL_NODE_MAP &&
        obol_node_get(root, obol_slice_text("sign")) == NULL)
        open_signed(&arena, body, root);
    obol_arena_free(&arena);
    return 0;
}
