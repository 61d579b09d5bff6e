/* Target: obol_call_open. The first line is the signature's header, the rest the body: nothing that
 * a fuzzer makes up is signed, so nothing may be taken for an event but an empty body. */
#include "account.h"
#include "base/reader.h"
#include "call/notice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct obol_account *account = fuzz_account();
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
    obol_arena_free(&arena);
    return 0;
}
