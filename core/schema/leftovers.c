#include "schema/check.h"
#include "schema/nearest.h"
#include "schema/path.h"

enum { NAME_SHOWN = 64 }; /* bytes of a name that nobody knows, in a path */

/* What a caller wrote and no row took: refused, unsupported, or known and ignored. */
struct walk {
    struct obol_problems *problems;
    const struct obol_field *fields;
    const struct obol_sources *sources; /* null: uniform words are not known */
    size_t from;         /* where in `path` the names of `fields` begin: behind "items[2]." */
    size_t pattern_from; /* the same in `pattern` */
    char path[OBOL_ERR_FIELD_MAX];    /* "items[2].price" */
    char pattern[OBOL_ERR_FIELD_MAX]; /* "items[].price" */
};

/* The path and the pattern as the rows of `fields` name them. */
static const char *own(const char *path, size_t from)
{
    return strlen(path) > from ? path + from : "";
}

static const char *own_path(const struct walk *walk)
{
    return own(walk->path, walk->from);
}

/* Rows that the caller cannot fill have names that the caller cannot use. */
static bool is_callers(const struct obol_field *row)
{
    return row->make == NULL && !obol_text_starts(row->name, "account.") &&
           !obol_text_starts(row->name, "call.");
}

static const struct obol_field *row_named(const struct obol_field *fields, const char *name)
{
    for (; fields != NULL && fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0 && is_callers(fields))
            return fields;
    return NULL;
}

/* Whether some row's name goes on from `path` with a dot or an index. */
static bool leads_somewhere(const struct obol_field *fields, const char *path)
{
    size_t size = strlen(path);
    for (; fields != NULL && fields->name != NULL; fields++)
        if (fields->name[0] == path[0] && strncmp(fields->name, path, size) == 0 &&
            (fields->name[size] == '.' || fields->name[size] == '[') && is_callers(fields))
            return true;
    return false;
}

static void look_among(const struct obol_field *fields, const char *pattern, const char **best,
                       size_t *closest)
{
    for (; fields != NULL && fields->name != NULL; fields++) {
        size_t distance = 0;
        if (is_callers(fields) &&
            obol_is_near(obol_slice_text(pattern), obol_slice_text(fields->name), &distance) &&
            distance < *closest) {
            *closest = distance;
            *best = fields->name;
        }
    }
}

static void refuse(struct walk *walk)
{
    /* it stands for a list of one, and is left over where that list is given too */
    if (walk->sources != NULL && strcmp(walk->path, "item") == 0) {
        obol_problem_add(walk->problems, OBOL_ERR_INVALID, walk->path,
                         "expected `item` or `items`, not both");
        return;
    }
    const char *best = NULL;
    size_t closest = SIZE_MAX;
    /* a table of nothing but unknown names is not worth a search for each of them */
    bool shown = walk->problems->count < OBOL_PROBLEMS_MAX;
    if (shown)
        look_among(walk->fields, own(walk->pattern, walk->pattern_from), &best, &closest);
    if (shown && walk->sources != NULL)
        look_among(obol_uniform_fields, walk->pattern, &best, &closest);
    if (best != NULL)
        obol_problem_add(walk->problems, OBOL_ERR_INVALID, walk->path,
                         "expected a known name, perhaps %s", best);
    else
        obol_problem_add(walk->problems, OBOL_ERR_INVALID, walk->path, "expected a known name");
}

static bool is_harmless(const struct obol_field *word, const struct obol_node *value)
{
    if (value->type == OBOL_NODE_NULL)
        return true;
    if (word->preset == NULL)
        return false;
    if (value->type == OBOL_NODE_BOOLEAN)
        return value->boolean == (strcmp(word->preset, "true") == 0);
    return obol_slice_is(value->text, word->preset);
}

static void check_uniform(struct walk *walk, const struct obol_node *value)
{
    const struct obol_field *word = row_named(obol_uniform_fields, walk->pattern);
    if (word == NULL) {
        refuse(walk);
        return;
    }
    if ((word->flags & OBOL_MUST_FIT) != 0 && !is_harmless(word, value))
        obol_problem_add(walk->problems, OBOL_ERR_UNSUPPORTED, walk->path,
                         "expected to be left out, this operation cannot carry it out");
}

static void visit(struct walk *walk, const struct obol_node *value, unsigned depth);

/* Whether a name is one step of a path: `customer.id` as a single name would look like the path of
 * a row that never saw its value. */
static bool is_step(struct obol_slice name)
{
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] == '.' || name.data[i] == '[' || name.data[i] == ']' ||
            (unsigned char)name.data[i] < ' ' || name.data[i] == 0x7F)
            return false;
    return name.size != 0 && name.size <= NAME_SHOWN;
}

/* Whether rows took all that a value holds, as they did most: no need to look for those again. Of a
 * list that no row took, an entry may be one too many. */
static bool is_taken(const struct obol_node *value)
{
    bool claimed = (value->flags & OBOL_NODE_CLAIMED) != 0;
    if (value->type != OBOL_NODE_MAP && value->type != OBOL_NODE_LIST)
        return claimed;
    if (value->type == OBOL_NODE_MAP ? claimed : !claimed)
        return claimed;
    for (const struct obol_node *child = value->first; child != NULL; child = child->next)
        if (!is_taken(child))
            return false;
    return value->first != NULL;
}

static void visit_member(struct walk *walk, const struct obol_node *member, unsigned depth)
{
    if (is_taken(member))
        return;
    size_t path = strlen(walk->path), pattern = strlen(walk->pattern);
    bool step = is_step(member->name);
    struct obol_slice name = step ? member->name : obol_slice_text("?");
    (void)obol_path_append(walk->path, path, name);
    (void)obol_path_append(walk->pattern, pattern, name);
    if (step)
        visit(walk, member, depth);
    else
        obol_problem_add(walk->problems, OBOL_ERR_INVALID, walk->path,
                         "expected a known name: one word, and tables within tables for a path");
    walk->path[path] = '\0';
    walk->pattern[pattern] = '\0';
}

static void visit_members(struct walk *walk, const struct obol_node *map, unsigned depth)
{
    for (const struct obol_node *member = map->first; member != NULL; member = member->next)
        visit_member(walk, member, depth);
}

/* One entry of a list by its own rows. */
static void visit_entry(const struct walk *walk, const struct obol_node *entry,
                        const struct obol_field *sub, uint32_t index, unsigned depth)
{
    struct walk inner = *walk;
    inner.fields = sub;
    inner.from = obol_path_append_index(inner.path, strlen(inner.path), index) + 1;
    size_t pattern = strlen(inner.pattern);
    memcpy(inner.pattern + pattern, "[]", pattern + 3 <= sizeof inner.pattern ? 3 : 0);
    inner.pattern_from = pattern + 3;
    visit_members(&inner, entry, depth);
}

/* The entries of a list: by the rows of one entry, or one by one by their paths. */
static void visit_entries(struct walk *walk, const struct obol_node *list,
                          const struct obol_field *sub, unsigned depth)
{
    size_t path = strlen(walk->path), pattern = strlen(walk->pattern);
    uint32_t index = 1;
    for (const struct obol_node *entry = list->first; entry != NULL; entry = entry->next) {
        if (sub != NULL) {
            visit_entry(walk, entry, sub, index++, depth);
            continue;
        }
        (void)obol_path_append_index(walk->path, path, index);
        bool known = leads_somewhere(walk->fields, walk->path);
        walk->path[path] = '\0';
        bool takes_one = index > 1 && leads_somewhere(walk->fields, walk->path);
        (void)obol_path_append_index(walk->path, path, index++);
        memcpy(walk->pattern + pattern, "[]", pattern + 3 <= sizeof walk->pattern ? 3 : 0);
        if (takes_one && !known)
            obol_problem_add(walk->problems, OBOL_ERR_UNSUPPORTED, walk->path,
                             "expected to be left out, this operation takes one entry");
        else if (entry->type != OBOL_NODE_MAP)
            obol_problem_add(walk->problems, OBOL_ERR_INVALID, walk->path,
                             "expected a table with named members");
        else
            visit_members(walk, entry, depth);
        walk->path[path] = '\0';
        walk->pattern[pattern] = '\0';
    }
}

static bool is_among(const char *const *names, const char *name)
{
    for (; names != NULL && *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* `extra.<provider>` of another provider is for that one to check. */
static bool is_foreign(const struct walk *walk)
{
    if (walk->sources == NULL || strncmp(walk->path, "extra.", 6) != 0)
        return false;
    const char *name = walk->path + 6;
    if (strchr(name, '.') != NULL || strcmp(name, walk->sources->provider) == 0)
        return false;
    return is_among(walk->sources->all_providers, name) ||
           is_among(walk->sources->more_providers, name);
}

static void visit(struct walk *walk, const struct obol_node *value, unsigned depth)
{
    const struct obol_field *row = row_named(walk->fields, own_path(walk));
    if (row != NULL) {
        if (row->type == OBOL_LIST && value->type == OBOL_NODE_LIST)
            visit_entries(walk, value, row->sub, depth + 1);
        return;
    }
    if (is_foreign(walk))
        return;
    bool uniform = walk->sources != NULL;
    bool leads = leads_somewhere(walk->fields, own_path(walk)) ||
                 (uniform && (leads_somewhere(obol_uniform_fields, walk->pattern) ||
                              strcmp(walk->path, "extra") == 0));
    if (leads && depth < 8 && value->type == OBOL_NODE_MAP)
        visit_members(walk, value, depth + 1);
    else if (leads && depth < 8 && value->type == OBOL_NODE_LIST)
        visit_entries(walk, value, NULL, depth + 1);
    else if (leads)
        obol_problem_add(walk->problems, OBOL_ERR_INVALID, walk->path,
                         "expected a table with named members");
    else if (uniform)
        check_uniform(walk, value);
    else
        refuse(walk);
}

void obol_check_leftovers(struct obol_problems *problems, const struct obol_field *fields,
                          const struct obol_node *params, const struct obol_sources *sources)
{
    struct walk walk = {.problems = problems, .fields = fields, .sources = sources};
    visit_members(&walk, params, 0);
}
