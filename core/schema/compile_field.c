#include "schema/check.h"
#include "schema/compile_member.h"
#include "schema/selfcheck_fields.h"

#include <inttypes.h>

/* Rows. What a definition leaves out of one and a C table spells out: a doc, a sample, the place of
 * what stands in the request line or, without a body, in the query, and that a person's data are
 * personal where the uniform words say so. */

enum { ROWS_MAX = 200, WORDS_MAX = 500 };

static const struct obol_named forms[] = {{"text", OBOL_AS_TEXT},
                                          {"major_number", OBOL_MAJOR_NUMBER},
                                          {"major_text", OBOL_MAJOR_TEXT},
                                          {"two_places", OBOL_TWO_PLACES},
                                          {"minor_number", OBOL_MINOR_NUMBER},
                                          {"minor_text", OBOL_MINOR_TEXT},
                                          {"milli_text", OBOL_MILLI_TEXT},
                                          {"lower", OBOL_LOWER},
                                          {"one_in_list", OBOL_ONE_IN_LIST},
                                          {"bit", OBOL_AS_BIT},
                                          {"seconds", OBOL_SECONDS},
                                          {"two_digits", OBOL_TWO_DIGITS},
                                          {"keyed", OBOL_KEYED},
                                          {0}};

static const struct obol_named places[] = {{"body", OBOL_IN_BODY},    {"path", OBOL_IN_PATH},
                                           {"query", OBOL_IN_QUERY},  {"header", OBOL_IN_HEADER},
                                           {"nowhere", OBOL_NOWHERE}, {0}};

/* The forms that a type can be written in, besides the plain one. */
#define FORM(as) (1U << (as))
static const unsigned forms_of[OBOL_TYPE_COUNT] = {
    [OBOL_TEXT] = FORM(OBOL_AS_TEXT) | FORM(OBOL_ONE_IN_LIST),
    [OBOL_INTEGER] = FORM(OBOL_AS_TEXT) | FORM(OBOL_TWO_DIGITS),
    [OBOL_TIME] = FORM(OBOL_AS_TEXT) | FORM(OBOL_SECONDS),
    [OBOL_BOOLEAN] = FORM(OBOL_AS_TEXT) | FORM(OBOL_AS_BIT),
    [OBOL_MONEY] = FORM(OBOL_MAJOR_NUMBER) | FORM(OBOL_MAJOR_TEXT) | FORM(OBOL_TWO_PLACES) |
                   FORM(OBOL_MINOR_NUMBER) | FORM(OBOL_MINOR_TEXT) | FORM(OBOL_MILLI_TEXT),
    [OBOL_CURRENCY] = FORM(OBOL_LOWER),
    [OBOL_LIST] = FORM(OBOL_KEYED),
};

/* A value that passes the checks of most rows of its type. */
static const char *const samples[OBOL_TYPE_COUNT] = {
    [OBOL_INTEGER] = "1",
    [OBOL_MONEY] = "8.88",
    [OBOL_CURRENCY] = "USD",
    [OBOL_BOOLEAN] = "true",
    [OBOL_URL] = "https://shop.example/",
    [OBOL_TIME] = "1700000000",
    [OBOL_INTERVAL] = "P1M",
    [OBOL_DURATION] = "1h",
};

static void set_type(struct obol_compiling *compiling, const struct obol_member *member,
                     const struct obol_node *value, void *target)
{
    struct obol_named names[OBOL_TYPE_COUNT + 1] = {0};
    for (int type = 0; type < OBOL_TYPE_COUNT; type++)
        names[type] = (struct obol_named){obol_type_name((enum obol_type)type), type};
    struct obol_member with = *member;
    with.words = names;
    obol_compile_word(compiling, &with, value, target);
}

static void set_name(struct obol_compiling *compiling, const struct obol_member *member,
                     const struct obol_node *value, void *target)
{
    (void)member;
    const char *name = obol_compile_copy(compiling, value);
    if (name != NULL && (!obol_compile_is_name(name) || strlen(name) > 64))
        obol_compile_expected(compiling, "a path in snake_case, such as customer.id");
    *(const char **)target = name;
}

/* Adds a word with its wire's; several of the wire may stand for one word of ours. */
static void add_words(struct obol_compiling *compiling, const char *word,
                      const struct obol_node *wire, struct obol_word *words, size_t *count)
{
    bool listed = wire->type == OBOL_NODE_LIST;
    uint32_t index = 1;
    for (const struct obol_node *each = listed ? wire->first : wire; each != NULL;
         each = listed ? each->next : NULL) {
        if (*count == WORDS_MAX)
            return;
        size_t length = listed ? obol_compile_enter_item(compiling, index++)
                               : obol_compile_enter(compiling, obol_slice(NULL, 0));
        words[(*count)++] = (struct obol_word){word, obol_compile_copy_plain(compiling, each)};
        obol_compile_leave(compiling, length);
    }
}

/* A list of words that are the wire's too, or a map of ours to the wire's. */
static void set_oneof(struct obol_compiling *compiling, const struct obol_member *member,
                      const struct obol_node *value, void *target)
{
    (void)member;
    bool map = value->type == OBOL_NODE_MAP;
    struct obol_word *words = obol_compile_alloc(compiling, WORDS_MAX + 1, sizeof *words);
    if ((!map && value->type != OBOL_NODE_LIST) || value->count == 0 || value->count > WORDS_MAX) {
        obol_compile_expected(compiling, "a list of words, or a map of words to the provider's");
        return;
    }
    size_t count = 0;
    uint32_t index = 1;
    for (const struct obol_node *each = value->first; words != NULL && each != NULL;
         each = each->next) {
        size_t length = map ? obol_compile_enter(compiling, each->name)
                            : obol_compile_enter_item(compiling, index++);
        struct obol_slice name = obol_arena_copy(compiling->arena, each->name);
        if (map && name.data != NULL)
            add_words(compiling, name.data, each, words, &count);
        else
            words[count++].word = obol_compile_copy(compiling, each);
        obol_compile_leave(compiling, length);
    }
    *(const struct obol_word **)target = words;
}

static void set_sub(struct obol_compiling *compiling, const struct obol_member *member,
                    const struct obol_node *value, void *target)
{
    const char *line = compiling->request_line;
    compiling->request_line = NULL; /* an item stands in the body with its list */
    if (strlen(compiling->path) > OBOL_ERR_FIELD_MAX - 40)
        obol_compile_expected(compiling, "fewer lists in lists");
    else
        obol_compile_fields(compiling, member, value, target);
    compiling->request_line = line;
}

#define FLAG(word, flag)                                                                           \
    {                                                                                              \
        .name = word, .set = obol_compile_flag, .offset = offsetof(struct obol_field, flags),      \
        .bit = flag                                                                                \
    }

static const struct obol_member members[] = {
    {OBOL_MEMBER(obol_field, name), .set = set_name, .required = true},
    {OBOL_MEMBER(obol_field, wire), .set = obol_compile_text},
    {OBOL_MEMBER(obol_field, type), .set = set_type, .required = true},
    {OBOL_MEMBER(obol_field, as), .set = obol_compile_word, .words = forms},
    {OBOL_MEMBER(obol_field, place), .set = obol_compile_word, .words = places},
    FLAG("required", OBOL_REQUIRED),
    FLAG("personal", OBOL_PERSONAL),
    FLAG("bytes", OBOL_BYTES),
    FLAG("any_scheme", OBOL_ANY_SCHEME),
    FLAG("zero_is_none", OBOL_ZERO_IS_NONE),
    FLAG("hidden", OBOL_HIDDEN),
    FLAG("kept", OBOL_KEPT),
    FLAG("digits", OBOL_DIGITS),
    {OBOL_MEMBER(obol_field, min), .set = obol_compile_integer},
    {OBOL_MEMBER(obol_field, max), .set = obol_compile_integer},
    {OBOL_MEMBER(obol_field, oneof), .set = set_oneof},
    {OBOL_MEMBER(obol_field, sub), .set = set_sub},
    {OBOL_MEMBER(obol_field, key), .set = obol_compile_text},
    {OBOL_MEMBER(obol_field, preset), .set = obol_compile_plain},
    {OBOL_MEMBER(obol_field, same_as), .set = obol_compile_text},
    {OBOL_MEMBER(obol_field, needed_by), .set = obol_compile_text},
    {OBOL_MEMBER(obol_field, sample), .set = obol_compile_plain},
    {OBOL_MEMBER(obol_field, doc), .set = obol_compile_text},
    {OBOL_MEMBER(obol_field, configurable), .set = obol_compile_text},
    {0},
};

static const struct obol_field *row_named(const struct obol_field *rows, const char *name)
{
    for (; rows != NULL && rows->name != NULL; rows++)
        if (strcmp(rows->name, name) == 0)
            return rows;
    return NULL;
}

/* The uniform word of a row: "items[1].name" is "items[].name". */
static const struct obol_field *uniform_of(const char *name)
{
    char pattern[OBOL_ERR_FIELD_MAX];
    size_t size = 0;
    for (; *name != '\0' && size + 1 < sizeof pattern; name++) {
        bool index = size != 0 && *name >= '0' && *name <= '9' && strchr(name, ']') != NULL &&
                     (pattern[size - 1] == '[');
        if (index)
            name += strcspn(name, "]");
        pattern[size++] = *name;
    }
    pattern[size] = '\0';
    return row_named(obol_uniform_fields, pattern);
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), tail = strlen(end);
    return size > tail && strcmp(text + size - tail, end) == 0;
}

/* A type where it cannot be, or with a form that it does not have. */
static void check_type(struct obol_compiling *compiling, const struct obol_field *row)
{
    bool config = compiling->use == OBOL_ROWS_CONFIG;
    if (row->type == OBOL_DURATION && !config)
        obol_compile_expected_at(compiling, "type", "no duration outside of the configuration");
    if (row->type == OBOL_MONEY && config)
        obol_compile_expected_at(compiling, "type", "no money in the configuration");
    if (row->type == OBOL_TIME && !ends_with(row->name, "_ms") && !ends_with(row->name, "_s"))
        obol_compile_expected_at(compiling, "name", "a time's name to end with _ms or _s");
    if (row->as != OBOL_AS_PLAIN && (forms_of[row->type] & FORM(row->as)) == 0)
        obol_compile_expected_at(compiling, "as", "a form that %s can have",
                                 obol_type_name(row->type));
    if (row->type == OBOL_MONEY && row->wire != NULL && row->as == OBOL_AS_PLAIN)
        obol_compile_expected_at(compiling, "as", "how the provider counts an amount");
    if ((row->type == OBOL_LIST) != (row->sub != NULL))
        obol_compile_expected_at(compiling, "sub", "the rows of a list, and of nothing else");
    if ((row->as == OBOL_KEYED) != (row->key != NULL))
        obol_compile_expected_at(compiling, "key", "the member for a keyed list's keys");
    if (row->max != 0 && row->min > row->max)
        obol_compile_expected_at(compiling, "min", "at most the maximum");
    if (row->type != OBOL_INTEGER && (row->min < 0 || row->max < 0))
        obol_compile_expected_at(compiling, "max", "a length");
}

/* The rows that make another one required: a boolean, or those within a name. */
static void check_needs(struct obol_compiling *compiling, const struct obol_field *rows)
{
    uint32_t index = 1;
    for (const struct obol_field *row = rows; row->name != NULL; row++, index++) {
        if (row->needed_by == NULL)
            continue;
        size_t size = strlen(row->needed_by);
        bool found = false;
        for (const struct obol_field *each = rows; each->name != NULL; each++)
            found |= strncmp(each->name, row->needed_by, size) == 0 &&
                     (each->name[size] == '.' ||
                      (each->name[size] == '\0' && each->type == OBOL_BOOLEAN));
        size_t length = obol_compile_enter_item(compiling, index);
        if (!found)
            obol_compile_expected_at(compiling, "needed_by",
                                     "a boolean row, or the name that others stand within");
        obol_compile_leave(compiling, length);
    }
}

/* What goes out in the head of a request: one value under a name in lower case. */
static void check_header(struct obol_compiling *compiling, const struct obol_field *row)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    if (row->place != OBOL_IN_HEADER)
        return;
    bool named = row->wire != NULL && strspn(row->wire, allowed) == strlen(row->wire);
    bool config = compiling->use == OBOL_ROWS_CONFIG;
    if (compiling->use == OBOL_ROWS_REPLY)
        obol_compile_expected_at(compiling, "place", "no place in a reply");
    else if ((!config || row->wire != NULL) && !named)
        obol_compile_expected_at(compiling, "wire", "a header's name in lower case");
    else if (row->type == OBOL_LIST || row->type == OBOL_ANY ||
             (config && row->type != OBOL_TEXT && row->type != OBOL_URL))
        obol_compile_expected_at(compiling, "type", "a value that a header can hold");
}

/* A row that reads the account or the call takes the value as it was checked there. */
static void check_source(struct obol_compiling *compiling, const struct obol_field *row)
{
    const struct obol_field *config = compiling->compiled->provider.config;
    if (row->same_as != NULL && row_named(config, row->same_as) == NULL)
        obol_compile_expected_at(compiling, "same_as", "a row of the configuration");
    if (strncmp(row->name, "account.", 8) == 0) {
        const struct obol_field *source = row_named(config, row->name + 8);
        if (source == NULL)
            obol_compile_expected_at(compiling, "name", "a row of the configuration");
        else if (source->type != row->type)
            obol_compile_expected_at(compiling, "type", "%s, as in the configuration",
                                     obol_type_name(source->type));
    }
    enum obol_type wanted = strcmp(row->name, "call.currency") == 0 ? OBOL_CURRENCY : OBOL_TEXT;
    if (strncmp(row->name, "call.", 5) == 0 && row->type != wanted)
        obol_compile_expected_at(compiling, "type", "%s", obol_type_name(wanted));
}

/* What the uniform words say of a row of that name. */
static void follow_uniform(struct obol_compiling *compiling, struct obol_field *row)
{
    const struct obol_field *uniform = uniform_of(row->name);
    if (uniform == NULL || compiling->use != OBOL_ROWS_REQUEST)
        return;
    row->flags |= uniform->flags & OBOL_PERSONAL;
    bool fixed = uniform->type == OBOL_SECRET || uniform->type == OBOL_MONEY;
    if (fixed && row->type != uniform->type)
        obol_compile_expected_at(compiling, "type", "%s", obol_type_name(uniform->type));
}

static const char *sample_of(struct obol_compiling *compiling, const struct obol_field *row)
{
    if (row->preset != NULL)
        return row->preset;
    if (row->oneof != NULL)
        return row->oneof->word;
    if (row->type == OBOL_INTEGER && row->max != 0)
        return obol_compile_format(compiling, "%" PRId64, row->min);
    if (row->type == OBOL_TEXT)
        return obol_compile_format(compiling, "%0*d",
                                   row->min > 1 && row->min < 100 ? (int)row->min : 1, 1);
    return samples[row->type];
}

/* Where the request line names it, by our name or the provider's; the query where there is no body.
 */
static void find_place(struct obol_compiling *compiling, struct obol_field *row)
{
    const char *line = compiling->request_line;
    if (line == NULL || row->place != OBOL_IN_BODY)
        return;
    for (const char *at = line; (at = strchr(at, '{')) != NULL; at++) {
        struct obol_slice name = obol_slice(at + 1, strcspn(at + 1, "}"));
        if (obol_slice_is(name, row->name) || (row->wire != NULL && obol_slice_is(name, row->wire)))
            row->place = OBOL_IN_PATH;
    }
    if (row->place == OBOL_IN_BODY && strncmp(line, "GET ", 4) == 0)
        row->place = row->wire != NULL ? OBOL_IN_QUERY : OBOL_NOWHERE;
}

static void finish_row(struct obol_compiling *compiling, struct obol_field *row)
{
    check_type(compiling, row);
    check_header(compiling, row);
    follow_uniform(compiling, row);
    if (compiling->use != OBOL_ROWS_CONFIG)
        check_source(compiling, row);
    if (compiling->use == OBOL_ROWS_REQUEST)
        find_place(compiling, row);
    if (row->doc == NULL)
        row->doc = obol_compile_format(compiling, "%.80s of %.80s",
                                       row->wire != NULL ? row->wire : row->name,
                                       compiling->compiled->provider.title);
}

static void finish_sample(struct obol_compiling *compiling, struct obol_field *row)
{
    bool single = row->type != OBOL_SECRET && row->type != OBOL_LIST && row->type != OBOL_ANY;
    if (compiling->use == OBOL_ROWS_REPLY || !single)
        return;
    if (row->sample == NULL)
        row->sample = sample_of(compiling, row);
    if (row->sample != NULL && !obol_sample_passes(compiling->arena, row))
        obol_compile_expected_at(compiling, row->preset == row->sample ? "preset" : "sample",
                                 "a value that passes the row's own check");
}

void obol_compile_fields(struct obol_compiling *compiling, const struct obol_member *member,
                         const struct obol_node *value, void *target)
{
    (void)member;
    static const char *const names[] = {"name", "wire", "type", NULL};
    static const char *const config_names[] = {"name", "type", NULL};
    bool empty = value->type == OBOL_NODE_MAP && value->count == 0;
    if ((value->type != OBOL_NODE_LIST && !empty) || value->count > ROWS_MAX) {
        obol_compile_expected(compiling, "a list of at most %d rows", ROWS_MAX);
        return;
    }
    struct obol_field *rows = obol_compile_alloc(compiling, value->count + 1, sizeof *rows);
    struct obol_field *row = rows;
    uint32_t index = 1;
    for (const struct obol_node *each = value->first; rows != NULL && each != NULL;
         each = each->next, row++) {
        size_t length = obol_compile_enter_item(compiling, index++);
        size_t before = compiling->problems->count;
        obol_compile_members(compiling, members,
                             compiling->use == OBOL_ROWS_CONFIG ? config_names : names, each, row);
        if (compiling->problems->count == before)
            finish_row(compiling, row);
        if (compiling->problems->count == before)
            finish_sample(compiling, row);
        obol_compile_leave(compiling, length);
    }
    if (rows != NULL)
        check_needs(compiling, rows);
    *(const struct obol_field **)target = rows;
}
