/* Target: obol_call_decode, for every operation, and below it obol_decode, obol_outcome_match and
 * obol_result_finish. The first byte chooses the operation, the second the HTTP
 * status and, by its upper half, the provider. */
#include "account.h"
#include "call/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct obol_operation *operation_of(const struct obol_provider *provider, unsigned n)
{
    unsigned count = 0;
    while (provider->operations[count] != NULL)
        count++;
    return provider->operations[n % count];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 201, 302, 400, 401, 404, 429, 500, 503, 0, -1};
    if (size < 2)
        return 0;
    struct obol_account *account = fuzz_account_at(data[1] / 16);
    struct obol_arena arena;
    obol_arena_init(&arena, 32 << 20);
    struct obol_node *expect = obol_node_new(&arena, OBOL_NODE_MAP);
    if (expect == NULL ||
        !obol_node_set(expect, "provider_id", obol_node_text(&arena, obol_slice_text("sub_1"))) ||
        !obol_node_set(expect, "key", obol_node_text(&arena, obol_slice_text("k"))))
        abort();
    struct obol_answered answered = {.operation = operation_of(account->provider, data[0])->name,
                                     .expect = expect};
    struct obol_reply reply = {.status =
                                   statuses[data[1] % 16 % (sizeof statuses / sizeof *statuses)],
                               .body = obol_slice((const char *)data + 2, size - 2)};
    struct obol_node *result = obol_node_new(&arena, OBOL_NODE_MAP);
    enum obol_outcome outcome = OBOL_OUTCOME_NONE;
    struct obol_err err = {0};
    bool read = obol_call_decode(account, &answered, &reply, &arena, result, &outcome, &err);
    /* whatever came, something is known of the call, and what cannot be read is no success */
    if (outcome == OBOL_OUTCOME_NONE || outcome == OBOL_NOT_SENT)
        abort();
    if (!read &&
        (err.kind == OBOL_ERR_NONE || outcome == OBOL_SUCCEEDED || outcome == OBOL_ACCEPTED))
        abort();
    if (read && obol_node_at(result, "outcome") == NULL)
        abort();
    obol_arena_free(&arena);
    return 0;
}
