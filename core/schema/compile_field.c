#include "schema/compile_member.h"

/* Rows: their members, and how each is read. */

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
    FLAG("shown", OBOL_SHOWN),
    FLAG("zero_too", OBOL_ZERO_TOO),
    FLAG("luhn", OBOL_LUHN),
    {OBOL_MEMBER(obol_field, min), .set = obol_compile_integer},
    {OBOL_MEMBER(obol_field, max), .set = obol_compile_integer},
    {OBOL_MEMBER(obol_field, oneof), .set = set_oneof},
    {OBOL_MEMBER(obol_field, sub), .set = set_sub},
    {OBOL_MEMBER(obol_field, key), .set = obol_compile_text},
    {OBOL_MEMBER(obol_field, preset), .set = obol_compile_plain},
    {OBOL_MEMBER(obol_field, same_as), .set = obol_compile_text},
    {OBOL_MEMBER(obol_field, needed_by), .set = obol_compile_text},
    {OBOL_MEMBER(obol_field, needed_is), .set = obol_compile_texts},
    {OBOL_MEMBER(obol_field, sample), .set = obol_compile_plain},
    {OBOL_MEMBER(obol_field, doc), .set = obol_compile_text},
    {OBOL_MEMBER(obol_field, configurable), .set = obol_compile_text},
    {0},
};

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
            obol_compile_finish_row(compiling, row);
        obol_compile_leave(compiling, length);
    }
    if (rows != NULL)
        obol_compile_check_needs(compiling, rows);
    *(const struct obol_field **)target = rows;
}
