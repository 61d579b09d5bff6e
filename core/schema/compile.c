#include "schema/compile.h"

#include "base/text.h"
#include "schema/compile_member.h"

/* The provider itself. */

enum { SCHEDULE_MAX = 50, PLACES_MAX = 50 };

static void set_name(struct obol_compiling *compiling, const struct obol_member *member,
                     const struct obol_node *value, void *target)
{
    (void)member;
    const char *name = obol_compile_copy(compiling, value);
    if (name != NULL &&
        (!obol_compile_is_name(name) || strlen(name) > 32 || strpbrk(name, ".[") != NULL))
        obol_compile_expected(compiling, "lower-case letters, digits and _, 32 at most");
    *(const char **)target = name;
}

/* Words that the core reads itself. Of another type they would say something else: a text that
 * `confirm` were would switch it off. */
static void check_fixed(struct obol_compiling *compiling, const struct obol_field *row)
{
    static const struct {
        const char *name;
        enum obol_type type;
    } fixed[] = {{"base_url", OBOL_URL},
                 {"expire_after", OBOL_DURATION},
                 {"confirm", OBOL_BOOLEAN},
                 {"acknowledge.status", OBOL_INTEGER},
                 {"acknowledge.body", OBOL_TEXT}};
    const char *url = compiling->compiled->provider.base_url_word;
    enum obol_type wanted = row->type;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (strcmp(row->name, fixed[i].name) == 0)
            wanted = fixed[i].type;
    if (url != NULL && strcmp(row->name, url) == 0)
        wanted = OBOL_URL;
    if (row->type != wanted)
        obol_compile_expected(compiling, "type %s for the row \"%s\"", obol_type_name(wanted),
                              row->name);
}

/* Rows that each provider has: where it is, unless the table says it, and how long a payment that
 * nobody ends may stay open. */
static size_t add_usual(struct obol_compiling *compiling, struct obol_field *rows, size_t count,
                        const char *base_url)
{
    bool has_url = compiling->compiled->provider.base_url_word != NULL, has_expiry = false;
    for (size_t i = 0; i < count; i++) {
        const char *name = rows[i].name != NULL ? rows[i].name : "";
        has_url |= strcmp(name, "base_url") == 0;
        has_expiry |= strcmp(name, "expire_after") == 0;
        /* the hooks find these beside the configuration's words */
        if (strcmp(name, "provider") == 0 || strcmp(name, "secrets") == 0)
            obol_compile_expected(compiling, "another name than \"%s\" for a row", name);
        if (rows[i].name != NULL)
            check_fixed(compiling, &rows[i]);
    }
    if (!has_url)
        rows[count++] =
            (struct obol_field){.name = "base_url",
                                .type = OBOL_URL,
                                .flags = base_url == NULL ? OBOL_REQUIRED : 0,
                                .preset = base_url,
                                .sample = base_url != NULL ? base_url : "https://api.example",
                                .doc = "where the API is"};
    if (!has_expiry)
        rows[count++] = (struct obol_field){.name = "expire_after",
                                            .type = OBOL_DURATION,
                                            .preset = "2h",
                                            .sample = "2h",
                                            .doc = "how long a payment may be paid"};
    return count;
}

struct providing {
    struct obol_compiled compiled;
    const char *base_url;
};

static void set_config(struct obol_compiling *compiling, const struct obol_member *member,
                       const struct obol_node *value, void *target)
{
    const struct providing *providing =
        (const void *)((const char *)target - offsetof(struct providing, compiled.provider.config));
    const struct obol_field *given = NULL;
    compiling->use = OBOL_ROWS_CONFIG;
    obol_compile_fields(compiling, member, value, &given);
    size_t count = obol_field_count(given);
    struct obol_field *rows = obol_compile_alloc(compiling, count + 3, sizeof *rows);
    if (rows == NULL)
        return;
    if (count != 0)
        memcpy(rows, given, count * sizeof *rows);
    (void)add_usual(compiling, rows, count, providing->base_url);
    *(const struct obol_field **)target = rows;
}

static void set_currencies(struct obol_compiling *compiling, const struct obol_member *member,
                           const struct obol_node *value, void *target)
{
    const char *const *codes = NULL;
    obol_compile_texts(compiling, member, value, &codes);
    for (uint32_t i = 0; codes != NULL && codes[i] != NULL; i++) {
        size_t length = obol_compile_enter_item(compiling, i + 1);
        if (obol_currency_find(obol_slice_text(codes[i])) == NULL)
            obol_compile_expected(compiling, "an ISO 4217 code in upper case");
        obol_compile_leave(compiling, length);
    }
    *(const char *const **)target = codes;
}

bool obol_compile_is_configured(const struct obol_compiling *compiling, const char *word)
{
    const struct obol_field *row = compiling->compiled->provider.config;
    while (row != NULL && row->name != NULL && strcmp(row->name, word) != 0)
        row++;
    return row != NULL && row->name != NULL;
}

static void set_session_words(struct obol_compiling *compiling, const struct obol_member *member,
                              const struct obol_node *value, void *target)
{
    const char *const *words = NULL;
    obol_compile_texts(compiling, member, value, &words);
    for (uint32_t i = 0; words != NULL && words[i] != NULL; i++) {
        size_t length = obol_compile_enter_item(compiling, i + 1);
        if (!obol_compile_is_configured(compiling, words[i]))
            obol_compile_expected(compiling, "a row of the configuration");
        obol_compile_leave(compiling, length);
    }
    *(const char *const **)target = words;
}

static void set_content_type(struct obol_compiling *compiling, const struct obol_member *member,
                             const struct obol_node *value, void *target)
{
    (void)member;
    const char *type = obol_compile_copy(compiling, value);
    if (type != NULL && !obol_text_fits_header(obol_slice_text(type)))
        obol_compile_expected(compiling, "text that can stand in a header");
    *(const char **)target = type;
}

/* The currencies that the provider counts otherwise than ISO 4217: { ISK = 2 }. */
static void set_exponents(struct obol_compiling *compiling, const struct obol_member *member,
                          const struct obol_node *value, void *target)
{
    (void)member;
    if (value->type != OBOL_NODE_MAP || value->count > PLACES_MAX) {
        obol_compile_expected(compiling, "a table of decimal places by currency");
        return;
    }
    static const struct obol_member places = {.max = 4};
    struct obol_exponent *rows = obol_compile_alloc(compiling, value->count + 1, sizeof *rows);
    struct obol_exponent *row = rows;
    for (const struct obol_node *each = value->first; rows != NULL && each != NULL;
         each = each->next, row++) {
        size_t length = obol_compile_enter(compiling, each->name);
        const struct obol_currency *currency = obol_currency_find(each->name);
        if (currency == NULL)
            obol_compile_expected(compiling, "an ISO 4217 code in upper case");
        else
            row->code = currency->code;
        obol_compile_int(compiling, &places, each, &row->places);
        obol_compile_leave(compiling, length);
    }
    *(const struct obol_exponent **)target = rows;
}

static void set_schedule(struct obol_compiling *compiling, const struct obol_member *member,
                         const struct obol_node *value, void *target)
{
    (void)member;
    if (value->type != OBOL_NODE_LIST || value->count > SCHEDULE_MAX) {
        obol_compile_expected(compiling, "a list of seconds, %d at most", SCHEDULE_MAX);
        return;
    }
    static const struct obol_member seconds = {.min = 1, .max = 30 * 24 * 3600};
    int32_t *rows = obol_compile_alloc(compiling, value->count + 1, sizeof *rows);
    uint32_t index = 0;
    for (const struct obol_node *each = value->first; rows != NULL && each != NULL;
         each = each->next) {
        size_t length = obol_compile_enter_item(compiling, index + 1);
        int64_t integer = 0;
        obol_compile_integer(compiling, &seconds, each, &integer);
        rows[index++] = (int32_t)integer;
        obol_compile_leave(compiling, length);
    }
    *(const int32_t **)target = rows;
}

static const struct obol_acknowledgement usual_acknowledgements[] = {
    {.word = "accepted", .status = 200, .content_type = "text/plain", .body = "ok"},
    {.word = "later", .status = 503, .content_type = "text/plain", .body = "later"},
    {.word = "refused", .status = 400, .content_type = "text/plain", .body = "refused"},
    {0},
};

/* A header's name as requests have it: in lower case. */
static void set_header(struct obol_compiling *compiling, const struct obol_member *member,
                       const struct obol_node *value, void *target)
{
    (void)member;
    const char *name = obol_compile_copy(compiling, value);
    if (name != NULL && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(name))
        obol_compile_expected(compiling, "a header's name in lower case");
    *(const char **)target = name;
}

struct signing {
    const char *header;
    bool input, make;
};
static const struct obol_member sign_members[] = {
    {OBOL_MEMBER(signing, header), .set = set_header, .required = true},
    {OBOL_MEMBER(signing, input), .set = obol_compile_function, .required = true},
    {OBOL_MEMBER(signing, make), .set = obol_compile_function, .required = true},
    {0},
};

static void set_sign(struct obol_compiling *compiling, const struct obol_member *member,
                     const struct obol_node *value, void *target)
{
    (void)member, (void)target;
    struct obol_compiled *compiled = compiling->compiled;
    struct signing signing = {0};
    compiled->signs = value->type == OBOL_NODE_NULL;
    if (compiled->signs)
        return;
    if (value->type != OBOL_NODE_MAP) {
        obol_compile_expected(compiling, "a function, or a table with header, input and make");
        return;
    }
    obol_compile_members(compiling, sign_members, NULL, value, &signing);
    compiled->sign_header = signing.header;
    compiled->signs_input = true;
}

/* In the order in which they build on each other. */
#define PROVIDER(lua, member) .name = lua, .offset = offsetof(struct providing, compiled.member)
static const struct obol_member members[] = {
    {PROVIDER("name", provider.name), .set = set_name, .required = true},
    {PROVIDER("title", provider.title), .set = obol_compile_text, .required = true},
    {PROVIDER("doc", provider.doc), .set = obol_compile_text},
    {PROVIDER("source", provider.source), .set = obol_compile_text},
    {.name = "base_url", .offset = offsetof(struct providing, base_url), .set = obol_compile_text},
    {PROVIDER("base_url_word", provider.base_url_word), .set = obol_compile_text},
    {PROVIDER("config", provider.config), .set = set_config, .required = true},
    {PROVIDER("methods", provider.methods), .set = obol_compile_texts},
    {PROVIDER("content_type", provider.content_type), .set = set_content_type},
    {PROVIDER("currencies", provider.currencies), .set = set_currencies},
    {PROVIDER("places", provider.exponents), .set = set_exponents},
    {PROVIDER("code_at", provider.code_at), .set = obol_compile_text},
    {PROVIDER("message_at", provider.message_at), .set = obol_compile_text},
    {PROVIDER("message_or", provider.message_or), .set = obol_compile_text},
    {PROVIDER("session_words", provider.session_words), .set = set_session_words},
    {PROVIDER("zone_minutes", provider.zone_minutes), .set = obol_compile_int, .min = -14 * 60,
     .max = 14 * 60},
    {PROVIDER("outcomes", provider.outcomes), .set = obol_compile_outcomes},
    {PROVIDER("operations", provider.operations), .set = obol_compile_operations, .required = true},
    {PROVIDER("timeout_ms", provider.call_timeout_ms), .set = obol_compile_integer, .min = 1,
     .max = 600000},
    {PROVIDER("query_schedule_s", provider.query_schedule_s), .set = set_schedule},
    {PROVIDER("acknowledgements", provider.acknowledgements), .set = obol_compile_acknowledgements},
    {PROVIDER("notifications", provider.notifications), .set = obol_compile_notifications},
    {PROVIDER("sign", signs), .set = set_sign},
    {PROVIDER("open", opens), .set = obol_compile_function},
    {0},
};

/* Stands for the definition's own function, which does not run in the core. */
static bool open_elsewhere(const struct obol_incoming *incoming, const struct obol_record *account,
                           struct obol_opened *opened, struct obol_err *err)
{
    (void)incoming, (void)account, (void)opened;
    return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "the function that opens is not in the core");
}

static void finish(struct obol_compiling *compiling, struct obol_compiled *compiled)
{
    static const int32_t schedule[] = {1, 5, 30, 120, 600, 3600, 0};
    struct obol_provider *provider = &compiled->provider;
    if (provider->doc == NULL)
        provider->doc = provider->title;
    if (provider->source == NULL)
        provider->source = provider->title;
    if (provider->call_timeout_ms == 0)
        provider->call_timeout_ms = 30000;
    if (provider->query_schedule_s == NULL)
        provider->query_schedule_s = schedule;
    if (provider->acknowledgements == NULL && compiled->opens)
        provider->acknowledgements = usual_acknowledgements;
    if (provider->base_url_word != NULL &&
        !obol_compile_is_configured(compiling, provider->base_url_word))
        obol_compile_expected_at(compiling, "base_url_word", "a row of the configuration");
    if (provider->code_at == NULL)
        obol_compile_expected_at(compiling, "code_at", "where a reply has the provider's code");
    if (provider->notifications != NULL && !compiled->opens)
        obol_compile_expected_at(compiling, "open", "a function that proves a notification");
    if (provider->notifications != NULL)
        provider->open = open_elsewhere;
}

bool obol_compile(struct obol_arena *arena, const struct obol_node *definition,
                  struct obol_compiled *compiled, struct obol_problems *problems)
{
    struct providing providing = {0};
    struct obol_compiling compiling = {
        .arena = arena, .problems = problems, .compiled = &providing.compiled};
    obol_compile_members(&compiling, members, NULL, definition, &providing);
    if (problems->count == 0)
        finish(&compiling, &providing.compiled);
    *compiled = providing.compiled;
    return problems->count == 0;
}
