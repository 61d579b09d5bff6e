/* Target: obol_compile and obol_selfcheck, and all walkers behind them on the rows that came out.
 * The input is a provider's definition as JSON, with null where it has functions; what its rows
 * call a sample becomes configuration and parameters, and the input itself the reply and a
 * notification. */
#include "call/decode.h"
#include "call/encode.h"
#include "call/notice.h"
#include "schema/compile.h"
#include "schema/describe.h"
#include "schema/path.h"
#include "schema/redact.h"
#include "schema/selfcheck.h"
#include "wire/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct obol_node *samples_of(struct obol_arena *arena, const struct obol_field *rows);

static struct obol_node *sample_of(struct obol_arena *arena, const struct obol_field *row)
{
    const char *text = row->sample != NULL ? row->sample : "4242424242424242";
    struct obol_node *value = obol_node_text(arena, obol_slice_text(text));
    if (row->type == OBOL_BOOLEAN)
        return obol_node_boolean(arena, strcmp(text, "true") == 0);
    if (row->type == OBOL_SECRET && value != NULL)
        value->flags |= OBOL_NODE_SECRET;
    if (row->type != OBOL_LIST)
        return value;
    struct obol_node *list = obol_node_new(arena, OBOL_NODE_LIST);
    return obol_node_append(list, samples_of(arena, row->sub)) ? list : NULL;
}

static struct obol_node *samples_of(struct obol_arena *arena, const struct obol_field *rows)
{
    struct obol_node *map = obol_node_new(arena, OBOL_NODE_MAP);
    for (; map != NULL && rows->name != NULL; rows++)
        if (strchr(rows->name, '[') == NULL && obol_path_find(map, rows->name) == NULL &&
            strncmp(rows->name, "account.", 8) != 0 && strncmp(rows->name, "call.", 5) != 0 &&
            !obol_path_put(arena, map, rows->name, sample_of(arena, rows)))
            return map;
    return map;
}

static struct obol_node *answers_of(struct obol_arena *arena, const struct obol_field *rows);

static struct obol_node *answer_of(struct obol_arena *arena, const struct obol_field *row)
{
    static const char *const texts[OBOL_TYPE_COUNT] = {
        [OBOL_INTEGER] = "888",  [OBOL_MONEY] = "888", [OBOL_TIME] = "1700000000",
        [OBOL_CURRENCY] = "USD", [OBOL_BOOLEAN] = "1", [OBOL_URL] = "https://a.example/",
        [OBOL_INTERVAL] = "P1M"};
    const char *text = texts[row->type] != NULL ? texts[row->type] : "x";
    if (row->oneof != NULL)
        text = row->oneof->wire != NULL ? row->oneof->wire : row->oneof->word;
    struct obol_node *value = obol_node_text(arena, obol_slice_text(text));
    if (value != NULL && text[0] >= '0' && text[0] <= '9')
        value->type = OBOL_NODE_NUMBER;
    if (row->type != OBOL_LIST)
        return value;
    struct obol_node *list = obol_node_new(arena, OBOL_NODE_LIST);
    return obol_node_append(list, answers_of(arena, row->sub)) ? list : NULL;
}

/* A reply that has something wherever a row looks. */
static struct obol_node *answers_of(struct obol_arena *arena, const struct obol_field *rows)
{
    struct obol_node *map = obol_node_new(arena, OBOL_NODE_MAP);
    for (; map != NULL && rows->name != NULL; rows++)
        if (rows->wire != NULL && strpbrk(rows->wire, "[*") == NULL &&
            obol_path_find(map, rows->wire) == NULL &&
            !obol_path_put(arena, map, rows->wire, answer_of(arena, rows)))
            return map;
    return map;
}

static void put_code(struct obol_arena *arena, struct obol_node *reply, const char *at,
                     const char *is)
{
    if (at != NULL && strpbrk(at, "[*") == NULL && obol_path_find(reply, at) == NULL)
        (void)!obol_path_put(arena, reply, at,
                             obol_node_text(arena, obol_slice_text(is != NULL ? is : "x")));
}

/* The reply to an operation by its rows and its first outcome, as bytes. */
static struct obol_slice reply_of(const struct obol_account *account,
                                  const struct obol_operation *operation, struct obol_arena *arena)
{
    struct obol_node *reply = answers_of(arena, operation->reply);
    const struct obol_outcome_row *row = operation->outcomes;
    put_code(arena, reply, row->at, row->is);
    put_code(arena, reply, row->and_at, row->and_is);
    put_code(arena, reply, row->has, "x");
    put_code(arena, reply, account->provider->code_at, "0");
    struct obol_buf out;
    obol_buf_init(&out, OBOL_CEILING_REPLY);
    struct obol_slice bytes = {0};
    if (reply != NULL && obol_json_write(&out, reply, NULL))
        bytes = obol_arena_copy(arena, obol_buf_slice(&out));
    obol_buf_free(&out);
    return bytes;
}

static void decode(const struct obol_account *account, const struct obol_operation *operation,
                   struct obol_slice body, const struct obol_node *expect, struct obol_arena *arena)
{
    struct obol_node *result = obol_node_new(arena, OBOL_NODE_MAP);
    struct obol_err err = {0};
    struct obol_reply reply = {.status = 200, .body = body};
    struct obol_answered answered = {.operation = operation->name, .expect = expect};
    enum obol_outcome outcome = OBOL_UNKNOWN;
    if (result != NULL && obol_call_decode(account, &answered, &reply, arena, result, &outcome,
                                           &err) == (err.kind != OBOL_ERR_NONE))
        abort();
}

static void call(const struct obol_account *account, const struct obol_operation *operation,
                 struct obol_slice body, struct obol_arena *arena)
{
    struct obol_node *params = samples_of(arena, operation->request);
    if (params == NULL)
        return;
    struct obol_node *shown = obol_redact(arena, operation->request, params);
    struct obol_moment moment = {.time_ms = 1700000000000, .key = obol_slice_text("key")};
    struct obol_problems problems = {.arena = arena};
    struct obol_request request = {0};
    struct obol_err err = {0};
    bool made = obol_call_encode(account, operation->name, params, &moment, arena, arena, &request,
                                 &problems, &err);
    if (shown == NULL || made == (err.kind != OBOL_ERR_NONE))
        abort();
    /* what goes out is JSON, and would be read as such */
    if (made && request.body.size != 0 && obol_json_parse(arena, request.body, NULL, NULL) == NULL)
        abort();
    decode(account, operation, body, params, arena);
    decode(account, operation, reply_of(account, operation, arena), params, arena);
}

static void use(const struct obol_compiled *compiled, struct obol_slice text,
                struct obol_arena *arena)
{
    const struct obol_provider *provider = &compiled->provider;
    struct obol_problems problems = {.arena = arena};
    struct obol_account account;
    if (obol_describe_provider(arena, provider) == NULL && arena->used < arena->ceiling / 2)
        abort();
    struct obol_node *config = samples_of(arena, provider->config);
    if (config != NULL && obol_account_open(&account, provider, config, &problems)) {
        for (size_t i = 0; provider->operations[i] != NULL && i < 8; i++)
            call(&account, provider->operations[i], text, arena);
        struct obol_err err = {0};
        struct obol_opened opened = {.root = obol_json_parse(arena, text, NULL, NULL)};
        if (provider->notifications != NULL)
            opened.root = answers_of(arena, provider->notifications->fields);
        struct obol_node *event = obol_node_new(arena, OBOL_NODE_MAP);
        struct obol_answer_to answer;
        if (opened.root != NULL && event != NULL && compiled->opens) {
            if (obol_call_opened(&account, &opened, arena, event, &err) ==
                    (err.kind != OBOL_ERR_NONE) ||
                !obol_call_acknowledge(&account, "accepted", &answer))
                abort();
        }
    }
    if (config != NULL)
        obol_account_close(&account);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct obol_arena arena, rows;
    obol_arena_init(&arena, 32 << 20);
    obol_arena_init(&rows, OBOL_CEILING_COMPILED);
    struct obol_slice text = obol_slice((const char *)data, size);
    const struct obol_node *definition = obol_json_parse(&arena, text, NULL, NULL);
    struct obol_compiled compiled = {0};
    struct obol_problems problems = {.arena = &arena};
    if (definition != NULL && obol_compile(&rows, definition, &compiled, &problems)) {
        obol_selfcheck(&compiled.provider, &problems);
        if (problems.count == 0)
            use(&compiled, text, &arena);
    }
    obol_arena_free(&rows);
    obol_arena_free(&arena);
    return 0;
}
