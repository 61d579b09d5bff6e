/* Target: obol_call_encode, and below it obol_check, obol_check_leftovers, obol_encode_json and
 * obol_redact. The input is a caller's table as JSON; its first byte chooses the operation, by
 * its upper two bits the provider. */
#include "account.h"
#include "call/encode.h"
#include "schema/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct obol_account *account = fuzz_account_at(data[0] / 64);
    unsigned count = 0;
    while (account->provider->operations[count] != NULL)
        count++;
    const struct obol_operation *operation = account->provider->operations[data[0] % 64 % count];
    struct obol_arena arena;
    obol_arena_init(&arena, 32 << 20);
    struct obol_slice text = obol_slice((const char *)data + 1, size - 1);
    struct obol_node *params = obol_json_parse(&arena, text, NULL, NULL);
    if (params != NULL && params->type == OBOL_NODE_MAP) {
        struct obol_node *shown = obol_redact(&arena, operation->request, params);
        struct obol_moment moment = {.time_ms = 1700000000000, .key = obol_slice_text("k")};
        struct obol_problems problems = {.arena = &arena};
        struct obol_request request = {0};
        struct obol_err err = {0};
        bool made = obol_call_encode(account, operation->name, params, &moment, &arena, &arena,
                                     &request, &problems, &err);
        if (shown == NULL || made == (err.kind != OBOL_ERR_NONE))
            abort();
        /* what goes out is JSON, and would be read as such */
        if (made && request.body.size != 0 &&
            obol_json_parse(&arena, request.body, NULL, NULL) == NULL)
            abort();
    }
    obol_arena_free(&arena);
    return 0;
}
