#include "schema/check.h"
#include "schema/compile_member.h"
#include "schema/selfcheck_fields.h"

#include <inttypes.h>

/*
 * What the members of a row say together, and what a definition leaves out of a row that a C table
 * spells out: a doc, a sample, the place of what stands in the request line or, without a body, in
 * the query, and that a person's data are personal where the uniform words say so.
 */

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
void obol_compile_check_needs(struct obol_compiling *compiling, const struct obol_field *rows)
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
                      (each->name[size] == '\0' &&
                       (each->type == OBOL_BOOLEAN || row->needed_is != NULL)));
        size_t length = obol_compile_enter_item(compiling, index);
        if (!found)
            obol_compile_expected_at(
                compiling, "needed_by",
                "a boolean row, one with needed_is, or the name that others stand in");
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

static void finish(struct obol_compiling *compiling, struct obol_field *row)
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

void obol_compile_finish_row(struct obol_compiling *compiling, struct obol_field *row)
{
    size_t before = compiling->problems->count;
    finish(compiling, row);
    if (compiling->problems->count == before)
        finish_sample(compiling, row);
}
