#include "schema/selfcheck_fields.h"

#include "schema/path.h"

#include <stdio.h>

enum { DOC_MIN = 4, DOC_MAX = 200, DEPTH_MAX = 4 };

struct looking {
    struct obol_problems *problems;
    const char *where;
    const struct obol_field *fields;
    bool request;
};

static void blame(const struct looking *looking, const struct obol_field *field,
                  const char *expected)
{
    char where[OBOL_ERR_FIELD_MAX];
    snprintf(where, sizeof where, "%s: %s", looking->where, field->name);
    obol_problem_add(looking->problems, OBOL_ERR_INVALID, where, "expected %s", expected);
}

static bool is_snake(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.[]") == strlen(name) &&
           name[0] >= 'a' && name[0] <= 'z';
}

static size_t depth_of(const char *path)
{
    size_t depth = 1;
    for (; *path != '\0'; path++)
        depth += *path == '.';
    return depth;
}

static void check_words(const struct looking *looking, const struct obol_field *field)
{
    if (!is_snake(field->name))
        blame(looking, field, "a name in snake_case");
    size_t length = field->doc != NULL ? strlen(field->doc) : 0;
    if (length < DOC_MIN || length > DOC_MAX)
        blame(looking, field, "a doc of 4 to 200 characters");
    if (field->wire != NULL && depth_of(field->wire) > DEPTH_MAX)
        blame(looking, field, "a wire path of at most 4 steps");
    if (field->oneof != NULL && field->oneof->word == NULL)
        blame(looking, field, "at least one word");
    if (field->type == OBOL_INTEGER && strstr(field->name, "amount") != NULL)
        blame(looking, field, "an amount to be money");
    if (field->type == OBOL_LIST && field->sub == NULL)
        blame(looking, field, "the rows of a list's entries");
}

bool obol_sample_passes(struct obol_arena *arena, const struct obol_field *field)
{
    struct obol_problems found = {.arena = arena};
    struct obol_checking checking = {
        .arena = arena, .problems = &found, .currency = obol_currency_find(obol_slice_text("USD"))};
    struct obol_node value = {.type = OBOL_NODE_TEXT, .text = obol_slice_text(field->sample)};
    if (field->type == OBOL_BOOLEAN)
        value = (struct obol_node){.type = OBOL_NODE_BOOLEAN,
                                   .boolean = strcmp(field->sample, "true") == 0};
    struct obol_slot slot = {0};
    obol_type_ops(field->type)->check(&checking, field, &value, &slot);
    return slot.set && found.count == 0;
}

/* A sample has to pass the checks that a caller's value goes through. */
static void check_sample(const struct looking *looking, const struct obol_field *field)
{
    bool simple = field->type != OBOL_SECRET && field->type != OBOL_LIST &&
                  field->type != OBOL_ANY && field->make == NULL;
    if (!looking->request || !simple || field->name == NULL)
        return;
    bool sourced =
        strncmp(field->name, "account.", 8) == 0 || strncmp(field->name, "call.", 5) == 0;
    if (field->sample == NULL) {
        if (!sourced)
            blame(looking, field, "a sample");
        return;
    }
    if (!obol_sample_passes(looking->problems->arena, field))
        blame(looking, field, "a sample that passes its own check");
}

static bool shares_parent(const char *left, const char *right)
{
    const char *dot = strrchr(left, '.');
    size_t size = dot != NULL ? (size_t)(dot - left) : 0;
    return size != 0 && strncmp(left, right, size + 1) == 0;
}

static bool same_wire(const struct obol_field *left, const struct obol_field *right)
{
    return left->wire == NULL || right->wire == NULL || strcmp(left->wire, right->wire) == 0;
}

/* Names are unique, save where a reply may have a value in one of several places; so are wire paths
 * within their place; members of one object stand together. */
static void check_against_others(const struct looking *looking, const struct obol_field *field)
{
    bool apart = false;
    for (const struct obol_field *other = field + 1; other->name != NULL; other++) {
        bool same_name = strcmp(field->name, other->name) == 0;
        bool alternative = field->type == OBOL_LIST || !same_wire(field, other);
        if (same_name && (looking->request || !alternative))
            blame(looking, field, "a name of its own");
        bool written = looking->request && field->wire != NULL && other->wire != NULL &&
                       field->place == other->place;
        if (!written)
            continue;
        if (strcmp(field->wire, other->wire) == 0)
            blame(looking, field, "a wire path of its own");
        bool together = shares_parent(field->wire, other->wire);
        if (together && apart)
            blame(looking, field, "the members of an object next to each other");
        apart |= !together;
    }
}

/* Only some types have a minimum, and all but text look at it beside a maximum alone. */
static bool has_idle_minimum(const struct obol_field *field)
{
    bool numbered = field->type == OBOL_INTEGER || field->type == OBOL_TIME;
    bool with_maximum = (numbered || field->type == OBOL_SECRET) && field->max != 0;
    return field->min != 0 && field->type != OBOL_TEXT && !with_maximum;
}

static void check_request(const struct looking *looking, const struct obol_field *field)
{
    if (has_idle_minimum(field))
        blame(looking, field, "a maximum beside the minimum, and neither where the type has none");
    if ((field->flags & OBOL_REQUIRED) != 0 && field->preset != NULL)
        blame(looking, field, "either to be required or to have a preset");
    if (field->place == OBOL_IN_QUERY && field->wire == NULL)
        blame(looking, field, "a name in the query");
    if (field->min > field->max && field->max != 0)
        blame(looking, field, "a minimum below the maximum");
}

void obol_selfcheck_fields(const struct obol_field *fields, bool request, const char *where,
                           struct obol_problems *problems)
{
    struct looking looking = {
        .problems = problems, .where = where, .fields = fields, .request = request};
    for (const struct obol_field *field = fields; field->name != NULL; field++) {
        check_words(&looking, field);
        check_sample(&looking, field);
        check_against_others(&looking, field);
        if (request)
            check_request(&looking, field);
        if (!request && field->wire == NULL && field->preset == NULL && field->read == NULL)
            blame(&looking, field, "a wire path, a constant or a function");
        if (field->sub != NULL)
            obol_selfcheck_fields(field->sub, request, where, problems);
    }
}
