#include "schema/compile_member.h"

#include "base/text.h"
#include "schema/nearest.h"

#include <stdio.h>

/* Operations. What a definition may leave out: a doc, the source (the provider's), found_with (the
 * query of the same noun), and for what has no effect found_by and repeat_safe. */

enum { OPERATIONS_MAX = 200 };

static const struct obol_named effects[] = {
    {"money", OBOL_MONEY_MOVES}, {"offer", OBOL_OFFER}, {"none", OBOL_NO_EFFECT}, {0}};

static const struct obol_named findings[] = {{"our_ref", OBOL_BY_OUR_REF},
                                             {"provider_id", OBOL_BY_PROVIDER_ID},
                                             {"customer", OBOL_BY_CUSTOMER},
                                             {"nothing", OBOL_BY_NOTHING},
                                             {0}};

/* Names that the client knows: one that is nearly one of them was meant to be it. */
static const char *const known[] = {"payment.create",
                                    "payment.query",
                                    "payment.find",
                                    "payment.cancel",
                                    "payment.list",
                                    "refund.create",
                                    "refund.query",
                                    "subscription.create",
                                    "subscription.query",
                                    "subscription.update",
                                    "subscription.cancel",
                                    "subscription.renew",
                                    "subscription.portal",
                                    "payment_method.create",
                                    "payment_method.list",
                                    "payment_method.remove",
                                    "invoice.list",
                                    "product.list",
                                    "product.history",
                                    "entitlement.get",
                                    "customer.create",
                                    "session.create",
                                    "profit_share.create",
                                    "function.call",
                                    "time.get",
                                    NULL};

/* The rows come behind the request line, which they read. */
static void set_request(struct obol_compiling *compiling, const struct obol_member *member,
                        const struct obol_node *value, void *target)
{
    const struct obol_operation *operation =
        (const void *)((const char *)target - offsetof(struct obol_operation, request));
    compiling->use = OBOL_ROWS_REQUEST;
    compiling->request_line = operation->request_line;
    obol_compile_fields(compiling, member, value, target);
}

static void set_reply(struct obol_compiling *compiling, const struct obol_member *member,
                      const struct obol_node *value, void *target)
{
    compiling->use = OBOL_ROWS_REPLY;
    obol_compile_fields(compiling, member, value, target);
}

#define OPERATION(member) OBOL_MEMBER(obol_operation, member)
static const struct obol_member members[] = {
    {OPERATION(request_line), .set = obol_compile_text, .required = true},
    {OPERATION(doc), .set = obol_compile_text},
    {OPERATION(source), .set = obol_compile_text},
    {OPERATION(effect), .set = obol_compile_word, .words = effects, .required = true},
    {OPERATION(found_by), .set = obol_compile_word, .words = findings},
    {OPERATION(repeat_safe), .set = obol_compile_answer},
    {OPERATION(found_with), .set = obol_compile_text},
    {OPERATION(proof_with), .set = obol_compile_text},
    {OPERATION(variant), .set = obol_compile_text},
    {OPERATION(when), .set = obol_compile_text},
    {OPERATION(or_absent), .set = obol_compile_boolean},
    {OPERATION(outcomes), .set = obol_compile_outcomes},
    {OPERATION(pick_from), .set = obol_compile_text},
    {OPERATION(pick_by), .set = obol_compile_text},
    {OPERATION(pick_with), .set = obol_compile_text},
    {OPERATION(pick_as), .set = obol_compile_text},
    {OPERATION(pick_alone), .set = obol_compile_boolean},
    {OPERATION(item_outcomes), .set = obol_compile_item_outcomes},
    {OPERATION(request), .set = set_request},
    {OPERATION(reply), .set = set_reply},
    {0},
};

static const char *const places[] = {"request_line", NULL};

/* A method, a blank and a path in which every brace is closed; a query comes from rows. */
static bool is_request_line(const char *line)
{
    static const char *const methods[] = {"GET /", "POST /", "PUT /", "DELETE /", NULL};
    bool known_method = false;
    for (const char *const *each = methods; *each != NULL; each++)
        known_method |= obol_text_starts(line, *each);
    bool open = false;
    for (const char *at = strchr(line, '/'); known_method && *at != '\0'; at++) {
        bool brace = *at == '{' || *at == '}';
        if (*at <= ' ' || *at > '~' || strchr("?#\\\"", *at) != NULL ||
            (brace && (*at == '{') == open))
            return false;
        open = brace ? !open : open;
    }
    return known_method && !open;
}

/* The request line with our names in its braces, where the provider's stood. */
static const char *with_our_names(struct obol_compiling *compiling, const char *line,
                                  const struct obol_field *rows)
{
    struct obol_buf out;
    obol_buf_init(&out, OBOL_CEILING_SMALL);
    while (*line != '\0') {
        size_t size = strcspn(line, "{");
        obol_buf_add(&out, obol_slice(line, size));
        line += size;
        if (*line == '\0')
            break;
        struct obol_slice name = obol_slice(line + 1, strcspn(line + 1, "}"));
        const struct obol_field *row = rows;
        while (row->name != NULL && !obol_slice_is(name, row->name) &&
               (row->wire == NULL || !obol_slice_is(name, row->wire)))
            row++;
        if (row->name == NULL)
            obol_compile_expected_at(compiling, "request_line", "a row for each name in it");
        obol_buf_add_byte(&out, '{');
        obol_buf_add(&out, row->name != NULL ? obol_slice_text(row->name) : name);
        obol_buf_add_byte(&out, '}');
        line += name.size + 2;
    }
    struct obol_slice copy = obol_arena_copy(compiling->arena, obol_buf_slice(&out));
    if (copy.data == NULL || out.failed)
        obol_compile_expected(compiling, "a smaller definition");
    obol_buf_free(&out);
    return copy.data;
}

static void finish(struct obol_compiling *compiling, struct obol_operation *operation)
{
    static const struct obol_field no_fields[] = {{0}};
    static const struct obol_outcome_row no_rows[] = {{0}};
    const struct obol_provider *provider = &compiling->compiled->provider;
    bool harmless = operation->effect == OBOL_NO_EFFECT;
    if (operation->doc == NULL)
        operation->doc =
            obol_compile_format(compiling, "%.60s of %.80s", operation->name, provider->title);
    if (operation->source == NULL)
        operation->source = provider->source != NULL ? provider->source : provider->title;
    if (operation->found_by == OBOL_FOUND_UNSAID && harmless)
        operation->found_by = OBOL_BY_NOTHING;
    if (operation->repeat_safe == OBOL_UNSAID && harmless)
        operation->repeat_safe = OBOL_YES;
    if (operation->found_by == OBOL_FOUND_UNSAID)
        obol_compile_expected_at(compiling, "found_by",
                                 "our_ref, provider_id, customer or nothing");
    if (operation->repeat_safe == OBOL_UNSAID)
        obol_compile_expected_at(compiling, "repeat_safe", "true or false");
    bool found = operation->found_by != OBOL_BY_NOTHING && operation->found_with == NULL;
    if (found)
        operation->found_with = obol_compile_format(
            compiling, "%.*s.query", (int)strcspn(operation->name, "."), operation->name);
    if (operation->variant != NULL && operation->when == NULL)
        obol_compile_expected_at(compiling, "when", "the word that chooses the variant");
    const char *word = operation->when != NULL ? operation->when : "";
    if (strncmp(word, "account.", 8) == 0 && !obol_compile_is_configured(compiling, word + 8))
        obol_compile_expected_at(compiling, "when", "a row of the configuration");
    if (operation->variant == NULL && operation->when != NULL)
        obol_compile_expected_at(compiling, "variant", "what the word has to be");
    if (operation->outcomes == NULL && provider->outcomes != NULL)
        operation->outcomes = no_rows;
    if (operation->outcomes == NULL)
        obol_compile_expected_at(compiling, "outcomes", "what the replies mean");
    if (operation->pick_from != NULL &&
        (operation->pick_by == NULL || operation->item_outcomes == NULL))
        obol_compile_expected_at(compiling, "pick_from", "pick_by and item_outcomes with it");
    if (operation->request == NULL)
        operation->request = no_fields;
    if (operation->reply == NULL)
        operation->reply = no_fields;
    operation->request_line =
        with_our_names(compiling, operation->request_line, operation->request);
}

static void compile_one(struct obol_compiling *compiling, const char *name,
                        const struct obol_node *value, struct obol_operation *operation)
{
    size_t before = compiling->problems->count;
    operation->name = name;
    obol_compile_members(compiling, members, places, value, operation);
    if (operation->request_line != NULL && !is_request_line(operation->request_line))
        obol_compile_expected_at(compiling, "request_line",
                                 "a method and a path, such as \"POST /v1/pay/{order_id}\"");
    if (compiling->problems->count == before)
        finish(compiling, operation);
}

static bool is_variants(const struct obol_node *value)
{
    return value->type == OBOL_NODE_LIST && value->first != NULL &&
           value->first->type != OBOL_NODE_TEXT;
}

static void check_name(struct obol_compiling *compiling, const char *name)
{
    const char *dot = strchr(name, '.');
    bool fine = dot != NULL && dot != name && dot[1] != '\0' && strchr(dot + 1, '.') == NULL &&
                strspn(name, "abcdefghijklmnopqrstuvwxyz_.") == strlen(name) && strlen(name) <= 64;
    if (!fine) {
        obol_compile_expected(compiling, "a name such as payment.create");
        return;
    }
    bool near = false;
    for (const char *const *each = known; *each != NULL; each++) {
        size_t distance = obol_edit_distance(obol_slice_text(name), obol_slice_text(*each));
        if (distance == 0)
            return;
        near |= distance <= 2;
    }
    if (near)
        obol_compile_unknown(compiling, obol_slice_text(name), known);
}

/* One operation, or each of its variants. */
static void compile_named(struct obol_compiling *compiling, const struct obol_node *value,
                          const struct obol_operation **operations, size_t *count)
{
    struct obol_slice name = obol_arena_copy(compiling->arena, value->name);
    if (name.data == NULL) {
        obol_compile_expected(compiling, "a smaller definition");
        return;
    }
    check_name(compiling, name.data);
    bool variants = is_variants(value);
    uint32_t index = 1;
    for (const struct obol_node *each = variants ? value->first : value; each != NULL;
         each = variants ? each->next : NULL) {
        struct obol_operation *made = obol_compile_alloc(compiling, 1, sizeof *made);
        if (made == NULL || *count == OPERATIONS_MAX)
            return;
        size_t length =
            variants ? obol_compile_enter_item(compiling, index++) : strlen(compiling->path);
        compile_one(compiling, name.data, each, made);
        obol_compile_leave(compiling, length);
        operations[(*count)++] = made;
    }
}

void obol_compile_operations(struct obol_compiling *compiling, const struct obol_member *member,
                             const struct obol_node *value, void *target)
{
    (void)member;
    if (value->type != OBOL_NODE_MAP || value->count == 0) {
        obol_compile_expected(compiling, "a table of operations by name");
        return;
    }
    const struct obol_operation **operations =
        obol_compile_alloc(compiling, OPERATIONS_MAX + 1, sizeof *operations);
    size_t count = 0;
    for (const struct obol_node *each = value->first; operations != NULL && each != NULL;
         each = each->next) {
        size_t length = obol_compile_enter(compiling, each->name);
        compile_named(compiling, each, operations, &count);
        obol_compile_leave(compiling, length);
    }
    if (count == OPERATIONS_MAX)
        obol_compile_expected(compiling, "fewer than %d operations", OPERATIONS_MAX);
    *(const struct obol_operation *const **)target = operations;
}
