/* Target: obol_mincloud_open through obol_call_open. The input is a notification's body: nothing
 * that a fuzzer makes up is signed, so nothing may be taken for an event. It comes again as the
 * claims of a token that the account's own key signs, and as the header of one. */
#include "account.h"
#include "base/text.h"
#include "call/notice.h"
#include "crypto/digest.h"
#include "crypto/mac.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool open(struct obol_arena *arena, struct obol_slice body, struct obol_err *err)
{
    struct obol_incoming incoming = {.arena = arena, .body = body, .time_ms = 1700000000000};
    struct obol_node *event = obol_node_new(arena, OBOL_NODE_MAP);
    bool opened = obol_call_open(fuzz_account_at(FUZZ_MINCLOUD), &incoming, event, err);
    if (!opened && err->kind == OBOL_ERR_NONE)
        abort();
    /* it has no amount that could be trusted: a query has to confirm it */
    if (opened && (obol_node_at(event, "type") == NULL || obol_node_at(event, "confirm") == NULL))
        abort();
    return opened;
}

static void add_part(struct obol_buf *out, struct obol_slice bytes)
{
    struct obol_buf text;
    obol_buf_init(&text, 1 << 24);
    obol_base64_encode(&text, bytes);
    for (size_t i = 0; i < text.size && text.data[i] != '='; i++)
        obol_buf_add_byte(out, text.data[i] == '+'   ? '-'
                               : text.data[i] == '/' ? '_'
                                                     : text.data[i]);
    obol_buf_free(&text);
}

/* Whether the token of these two is taken. */
static bool open_signed(struct obol_arena *arena, struct obol_slice header,
                        struct obol_slice claims, struct obol_err *err)
{
    struct obol_buf token;
    unsigned char mac[OBOL_DIGEST_MAX];
    size_t size = 0;
    obol_buf_init(&token, 1 << 24);
    add_part(&token, header);
    obol_buf_add_byte(&token, '.');
    add_part(&token, claims);
    if (!obol_hmac("sha256", obol_slice_text("w"), obol_buf_slice(&token), mac, &size, err))
        abort();
    obol_buf_add_byte(&token, '.');
    add_part(&token, obol_slice((const char *)mac, size));
    bool opened = open(arena, obol_buf_slice(&token), err);
    bool longer = token.size > 1 << 20;
    obol_buf_free(&token);
    if (!opened && err->kind != OBOL_ERR_PROVIDER && err->kind != OBOL_ERR_SIGNATURE && !longer)
        abort();
    return opened;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char algorithm[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    struct obol_arena arena;
    obol_arena_init(&arena, 64 << 20);
    struct obol_slice body = obol_slice((const char *)data, size);
    struct obol_err err = {0};
    if (open(&arena, body, &err))
        abort();
    if (size < 1 << 19) {
        (void)open_signed(&arena, obol_slice_text(algorithm), body, &err);
        (void)open_signed(&arena, body, obol_slice_text("{\"trade_no\":\"t\"}"), &err);
    }
    obol_arena_free(&arena);
    return 0;
}
