/* Target: obol_call_open. The first line is the signature's header, the rest the body: nothing that
 * a fuzzer makes up is signed, so nothing may be taken for an event but an empty body. The same
 * body comes again with a signature of the account's own secret: then the body alone decides. */
#include "account.h"
#include "base/reader.h"
#include "base/text.h"
#include "call/notice.h"
#include "crypto/digest.h"
#include "crypto/mac.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What AppWheel would have signed this body with; `w` is the secret of that account. */
static void sign(struct obol_buf *header, struct obol_slice body)
{
    struct obol_buf input;
    unsigned char mac[OBOL_DIGEST_MAX];
    size_t size = 0;
    struct obol_err err;
    obol_buf_init(&input, 1 << 24);
    obol_buf_add_text(&input, "1700000000.");
    obol_buf_add(&input, body);
    if (!obol_hmac("sha256", obol_slice_text("w"), obol_buf_slice(&input), mac, &size, &err))
        abort();
    obol_buf_init(header, 1 << 10);
    obol_buf_add_text(header, "t=1700000000,v1=");
    obol_hex_encode(header, obol_slice((const char *)mac, size));
    obol_buf_free(&input);
}

static void open_signed(const struct obol_account *account, struct obol_incoming incoming)
{
    struct obol_buf value;
    sign(&value, incoming.body);
    struct obol_header header = {.name = obol_slice_text("stripe-signature"),
                                 .value = obol_buf_slice(&value)};
    incoming.headers = &header;
    struct obol_node *event = obol_node_new(incoming.arena, OBOL_NODE_MAP);
    struct obol_err err = {0};
    bool opened = obol_call_open(account, &incoming, event, &err);
    if (!opened && err.kind != OBOL_ERR_PROVIDER && incoming.body.size <= 1 << 20)
        abort();
    if (opened && incoming.body.size != 0 && obol_node_at(event, "id") == NULL)
        abort();
    obol_buf_free(&value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct obol_account *account = fuzz_account_at(0);
    struct obol_arena arena;
    obol_arena_init(&arena, 32 << 20);
    struct obol_reader reader = obol_reader(obol_slice((const char *)data, size));
    struct obol_header header = {.name = obol_slice_text("stripe-signature"),
                                 .value = obol_reader_until(&reader, '\n')};
    struct obol_incoming incoming = {
        .arena = &arena,
        .headers = &header,
        .header_count = 1,
        .body = obol_slice((const char *)data + reader.at, size - reader.at),
        .time_ms = 1700000000000,
    };
    struct obol_node *event = obol_node_new(&arena, OBOL_NODE_MAP);
    struct obol_err err = {0};
    bool opened = obol_call_open(account, &incoming, event, &err);
    if (opened && incoming.body.size != 0)
        abort();
    if (!opened && err.kind == OBOL_ERR_NONE)
        abort();
    open_signed(account, incoming);
    obol_arena_free(&arena);
    return 0;
}
