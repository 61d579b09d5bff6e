#include "call/encode.h"

#include "base/text.h"
#include "schema/encode.h"
#include "schema/path.h"

enum { MOST_BODIES = 4000 }; /* bytes that few bodies are longer than: those are not moved */

static struct obol_node *moment_node(struct obol_arena *arena, const struct obol_moment *moment)
{
    struct obol_node *node = obol_node_new(arena, OBOL_NODE_MAP);
    if (moment->key.size != 0 && !obol_node_set(node, "key", obol_node_text(arena, moment->key)))
        return NULL;
    return node;
}

/* A payment method that the provider does not have: another account may. */
static void check_method(const struct obol_provider *provider, const struct obol_node *params,
                         struct obol_problems *problems)
{
    const struct obol_node *method = obol_path_find(params, "method");
    if (method == NULL || method->type == OBOL_NODE_NULL || provider->methods == NULL)
        return;
    for (const char *const *each = provider->methods; *each != NULL; each++)
        if (method->type == OBOL_NODE_TEXT && obol_slice_is(method->text, *each))
            return;
    obol_problem_add(problems, OBOL_ERR_UNSUPPORTED, "method",
                     "expected a payment method that %s has", provider->name);
}

/* A currency that the provider does not take: another account may. */
static void check_currency(const struct obol_provider *provider, const struct obol_record *record,
                           struct obol_problems *problems)
{
    for (size_t i = 0; provider->currencies != NULL && i < record->count; i++) {
        const struct obol_field *field = &record->fields[i];
        bool is_amount = field->type == OBOL_MONEY || field->type == OBOL_CURRENCY;
        if (!is_amount || record->slots[i].currency == NULL)
            continue;
        bool taken = false;
        for (const char *const *each = provider->currencies; *each != NULL; each++)
            taken |= strcmp(record->slots[i].currency->code, *each) == 0;
        if (taken)
            continue;
        obol_problem_add(problems, OBOL_ERR_UNSUPPORTED, "currency",
                         "expected a currency that %s takes", provider->name);
        return;
    }
}

static bool has_secret(const struct obol_record *record)
{
    for (size_t i = 0; i < record->count; i++)
        if (record->fields[i].type == OBOL_SECRET && record->slots[i].set)
            return true;
    return false;
}

static bool has_body(const struct obol_operation *operation)
{
    return strncmp(operation->request_line, "GET ", 4) != 0;
}

/* Method, target and body; the bytes move into the arena so that the draft owns nothing. */
static bool draft_request(struct obol_draft *draft, const struct obol_account *account,
                          const struct obol_operation *operation, const struct obol_record *record,
                          struct obol_err *err)
{
    struct obol_buf bytes;
    obol_buf_init(&bytes, OBOL_CEILING_REQUEST);
    draft->method = obol_slice(operation->request_line, strcspn(operation->request_line, " "));
    bool fine = obol_buf_reserve(&bytes, MOST_BODIES) &&
                obol_encode_target(&bytes, operation->request_line, record, err);
    if (fine) {
        draft->target = obol_arena_copy(draft->arena, obol_buf_slice(&bytes));
        obol_buf_clear(&bytes);
        if (has_body(operation))
            obol_encode_json(&bytes, record, account->provider->exponents);
        draft->body = obol_arena_copy(draft->arena, obol_buf_slice(&bytes));
        fine = !bytes.failed && draft->target.data != NULL && draft->body.data != NULL;
        if (!fine)
            obol_fail(err, OBOL_ERR_INVALID, NULL, "expected a smaller request");
    }
    obol_buf_free(&bytes);
    return fine;
}

/* What the configuration says in the head of every request. */
static bool add_headers(struct obol_draft *draft, const struct obol_record *config)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct obol_field *field = &config->fields[i];
        if (field->place == OBOL_IN_HEADER && field->wire != NULL && config->slots[i].set &&
            !obol_draft_header(draft, field->wire, config->slots[i].text))
            return false;
    }
    return true;
}

/* The rows of a request that stand in its head. */
static bool add_header_rows(struct obol_draft *draft, const struct obol_record *record,
                            const struct obol_exponent *exponents, struct obol_err *err)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct obol_field *field = &record->fields[i];
        if (field->place != OBOL_IN_HEADER || field->wire == NULL || !record->slots[i].set)
            continue;
        struct obol_buf plain;
        obol_buf_init(&plain, OBOL_CEILING_SMALL);
        obol_encode_plain(&plain, field, &record->slots[i], exponents);
        struct obol_slice value = obol_arena_copy(draft->arena, obol_buf_slice(&plain));
        bool fine = !plain.failed && value.data != NULL;
        obol_buf_free(&plain);
        if (!fine || !obol_draft_header(draft, field->wire, value))
            return obol_fail(err, OBOL_ERR_INVALID, field->name,
                             "expected text that can stand in a header");
    }
    return true;
}

static bool sign_request(struct obol_draft *draft, const struct obol_account *account,
                         const struct obol_record *record, struct obol_err *err)
{
    const char *type = account->provider->content_type;
    if (type == NULL)
        type = "application/json";
    if ((draft->body.size != 0 &&
         !obol_draft_header(draft, "content-type", obol_slice_text(type))) ||
        !add_headers(draft, &account->config))
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "too many headers");
    if (!add_header_rows(draft, record, account->provider->exponents, err))
        return false;
    return account->provider->sign == NULL || account->provider->sign(draft, &account->config, err);
}

static bool copy_headers(struct obol_arena *keep, const struct obol_draft *draft,
                         struct obol_header *headers)
{
    for (size_t i = 0; i < draft->header_count; i++) {
        headers[i].name = obol_arena_copy(keep, draft->headers[i].name);
        headers[i].value = obol_arena_copy(keep, draft->headers[i].value);
        if (headers[i].name.data == NULL || headers[i].value.data == NULL)
            return false;
    }
    return true;
}

static struct obol_slice join(struct obol_arena *arena, struct obol_slice left,
                              struct obol_slice right)
{
    char *both = obol_arena_alloc(arena, left.size + right.size + 1);
    if (both == NULL)
        return obol_slice(NULL, 0);
    memcpy(both, left.data, left.size);
    memcpy(both + left.size, right.data, right.size);
    return obol_slice(both, left.size + right.size);
}

/* Everything is copied, and little else is kept: a request stands by itself, perhaps for long. */
static bool finish(const struct obol_draft *draft, const struct obol_account *account,
                   struct obol_arena *keep, struct obol_request *request, struct obol_err *err)
{
    struct obol_header *headers =
        obol_arena_alloc(keep, sizeof draft->headers[0] * (draft->header_count + 1));
    struct obol_slice url = join(keep, account->base_url, draft->target);
    request->method = obol_arena_copy(keep, draft->method);
    request->url = url;
    request->headers = headers;
    request->header_count = draft->header_count;
    request->body = obol_arena_copy(keep, draft->body);
    request->pool = obol_arena_copy(keep, account->pool);
    if (headers == NULL || url.data == NULL || request->method.data == NULL ||
        request->body.data == NULL || request->pool.data == NULL ||
        !copy_headers(keep, draft, headers))
        return obol_fail(err, OBOL_ERR_INVALID, NULL, "expected a smaller request");
    return true;
}

bool obol_call_encode(const struct obol_account *account, const char *operation,
                      struct obol_node *params, const struct obol_moment *moment,
                      struct obol_arena *arena, struct obol_arena *keep,
                      struct obol_request *request, struct obol_problems *problems,
                      struct obol_err *err)
{
    if (!obol_params_normalize(arena, params))
        return obol_fail(err, OBOL_ERR_INVALID, NULL, "expected smaller parameters");
    const struct obol_operation *chosen = obol_account_choose(account, operation, params, err);
    if (chosen == NULL)
        return false;
    struct obol_record record = obol_record_new(arena, chosen->request);
    struct obol_sources sources = {.account = &account->config,
                                   .call = moment_node(arena, moment),
                                   .provider = account->provider->name,
                                   .all_providers = obol_provider_names(),
                                   .more_providers = moment->names,
                                   .exponents = account->provider->exponents};
    if (record.slots == NULL || sources.call == NULL)
        return obol_fail(err, OBOL_ERR_INVALID, NULL, "expected smaller parameters");
    check_method(account->provider, params, problems);
    bool fine = obol_check(&record, params, &sources, problems);
    check_currency(account->provider, &record, problems);
    if (!fine || problems->count != 0)
        return obol_problems_none(problems, err);
    struct obol_draft draft = {.arena = arena,
                               .time_ms = moment->time_ms,
                               .nonce = moment->nonce,
                               .key = moment->key,
                               .token = moment->token};
    char room[OBOL_INT64_ROOM];
    if (draft.nonce.size == 0)
        draft.nonce = obol_text_of_int64(room, moment->time_ms);
    *request = (struct obol_request){.repeat_safe = chosen->repeat_safe == OBOL_YES,
                                     .secret = has_secret(&record),
                                     .warning = obol_arena_copy(keep, problems->warning)};
    return draft_request(&draft, account, chosen, &record, err) &&
           sign_request(&draft, account, &record, err) &&
           finish(&draft, account, keep, request, err);
}
