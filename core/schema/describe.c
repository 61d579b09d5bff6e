#include "schema/describe.h"

#include <string.h>

/* A tree under construction: a failed step leaves it failed, so that the end is checked once. */
struct tree {
    struct obol_arena *arena;
    bool failed;
};

static void put(struct tree *tree, struct obol_node *map, const char *name, struct obol_node *value)
{
    if (!obol_node_set(map, name, value))
        tree->failed = true;
}

static void put_text(struct tree *tree, struct obol_node *map, const char *name, const char *text)
{
    if (text != NULL)
        put(tree, map, name, obol_node_text(tree->arena, obol_slice_text(text)));
}

static void put_flag(struct tree *tree, struct obol_node *map, const char *name, bool flag)
{
    if (flag)
        put(tree, map, name, obol_node_boolean(tree->arena, true));
}

static void put_integer(struct tree *tree, struct obol_node *map, const char *name, int64_t number)
{
    if (number != 0 && number != INT64_MAX)
        put(tree, map, name, obol_node_integer(tree->arena, number));
}

static struct obol_node *new_map(struct tree *tree)
{
    return obol_node_new(tree->arena, OBOL_NODE_MAP);
}

static void append(struct tree *tree, struct obol_node *list, struct obol_node *item)
{
    if (!obol_node_append(list, item))
        tree->failed = true;
}

/* One word may stand for several wire values: it is told once. */
static bool is_told(const struct obol_word *oneof, const struct obol_word *at)
{
    for (; oneof != at; oneof++)
        if (strcmp(oneof->word, at->word) == 0)
            return true;
    return false;
}

static struct obol_node *words(struct tree *tree, const struct obol_word *oneof)
{
    struct obol_node *list = obol_node_new(tree->arena, OBOL_NODE_LIST);
    for (const struct obol_word *at = oneof; at->word != NULL; at++)
        if (!is_told(oneof, at))
            append(tree, list, obol_node_text(tree->arena, obol_slice_text(at->word)));
    return list;
}

static struct obol_node *texts_tree(struct tree *tree, const char *const *texts)
{
    struct obol_node *list = obol_node_new(tree->arena, OBOL_NODE_LIST);
    for (; texts != NULL && *texts != NULL; texts++)
        append(tree, list, obol_node_text(tree->arena, obol_slice_text(*texts)));
    return list;
}

static const char *place_name(enum obol_place place)
{
    static const char *const names[] = {[OBOL_IN_BODY] = "body",
                                        [OBOL_IN_PATH] = "path",
                                        [OBOL_IN_QUERY] = "query",
                                        [OBOL_IN_HEADER] = "header",
                                        [OBOL_NOWHERE] = "nowhere"};
    return names[place];
}

static const char *form_name(enum obol_as as)
{
    static const char *const names[] = {
        [OBOL_AS_TEXT] = "text",
        [OBOL_MAJOR_NUMBER] = "number, major units",
        [OBOL_MAJOR_TEXT] = "text, major units",
        [OBOL_MINOR_NUMBER] = "number, minor units",
        [OBOL_MINOR_TEXT] = "text, minor units",
        [OBOL_MILLI_TEXT] = "text, thousandths of the major unit",
        [OBOL_TWO_PLACES] = "text, major units with two places at least",
        [OBOL_TWO_DIGITS] = "text, two digits",
        [OBOL_LOWER] = "lower case",
        [OBOL_ONE_IN_LIST] = "list of one",
        [OBOL_AS_BIT] = "0 or 1",
        [OBOL_SECONDS] = "seconds",
        [OBOL_KEYED] = "object by name",
    };
    return names[as];
}

static struct obol_node *field_tree(struct tree *tree, const struct obol_field *field);

static struct obol_node *fields_tree(struct tree *tree, const struct obol_field *fields)
{
    struct obol_node *list = obol_node_new(tree->arena, OBOL_NODE_LIST);
    for (; fields != NULL && fields->name != NULL; fields++)
        append(tree, list, field_tree(tree, fields));
    return list;
}

static struct obol_node *field_tree(struct tree *tree, const struct obol_field *field)
{
    struct obol_node *map = new_map(tree);
    put_text(tree, map, "name", field->name);
    put_text(tree, map, "wire", field->wire);
    put_text(tree, map, "type", obol_type_name(field->type));
    put_text(tree, map, "form", form_name(field->as));
    put_text(tree, map, "place", place_name(field->place));
    put_flag(tree, map, "required", (field->flags & OBOL_REQUIRED) != 0);
    put_flag(tree, map, "personal", (field->flags & OBOL_PERSONAL) != 0);
    put_flag(tree, map, "computed", field->make != NULL || field->read != NULL);
    put_flag(tree, map, "bytes", (field->flags & OBOL_BYTES) != 0);
    put_flag(tree, map, "any_scheme", (field->flags & OBOL_ANY_SCHEME) != 0);
    put_flag(tree, map, "zero_is_none", (field->flags & OBOL_ZERO_IS_NONE) != 0);
    put_flag(tree, map, "hidden", (field->flags & OBOL_HIDDEN) != 0);
    put_flag(tree, map, "kept", (field->flags & OBOL_KEPT) != 0);
    put_flag(tree, map, "digits", (field->flags & OBOL_DIGITS) != 0);
    put_flag(tree, map, "luhn", (field->flags & OBOL_LUHN) != 0);
    put_flag(tree, map, "shown", (field->flags & OBOL_SHOWN) != 0);
    put_flag(tree, map, "zero_too", (field->flags & OBOL_ZERO_TOO) != 0);
    put_text(tree, map, "same_as", field->same_as);
    put_text(tree, map, "needed_by", field->needed_by);
    if (field->needed_is != NULL)
        put(tree, map, "needed_is", texts_tree(tree, field->needed_is));
    put_text(tree, map, "key", field->key);
    put_integer(tree, map, "min", field->min);
    put_integer(tree, map, "max", field->max);
    put_text(tree, map, "preset", field->preset);
    put_text(tree, map, "sample", field->sample);
    put_text(tree, map, "doc", field->doc);
    put_text(tree, map, "configurable", field->configurable);
    if (field->oneof != NULL)
        put(tree, map, "oneof", words(tree, field->oneof));
    if (field->sub != NULL)
        put(tree, map, "fields", fields_tree(tree, field->sub));
    return map;
}

static struct obol_node *outcomes_tree(struct tree *tree, const struct obol_outcome_row *rows)
{
    struct obol_node *list = obol_node_new(tree->arena, OBOL_NODE_LIST);
    for (; rows != NULL && rows->at != NULL; rows++) {
        struct obol_node *map = new_map(tree);
        put_text(tree, map, "at", rows->at);
        put_text(tree, map, "is", rows->is);
        put_text(tree, map, "and_at", rows->and_at);
        put_text(tree, map, "and_is", rows->and_is);
        put_text(tree, map, "has", rows->has);
        put_flag(tree, map, "text_too", rows->text_too);
        put_text(tree, map, "outcome", obol_outcome_name(rows->outcome));
        put_text(tree, map, "status", rows->status);
        put_text(tree, map, "kind", obol_kind_name(rows->kind));
        put_flag(tree, map, "retryable", rows->retryable);
        put_text(tree, map, "doc", rows->doc);
        append(tree, list, map);
    }
    return list;
}

static struct obol_node *operation_tree(struct tree *tree, const struct obol_operation *operation)
{
    struct obol_node *map = new_map(tree);
    put_text(tree, map, "name", operation->name);
    put_text(tree, map, "variant", operation->variant);
    put_text(tree, map, "when", operation->when);
    put_flag(tree, map, "or_absent", operation->or_absent);
    put_text(tree, map, "request_line", operation->request_line);
    put_text(tree, map, "doc", operation->doc);
    put_text(tree, map, "source", operation->source);
    put_text(tree, map, "effect", obol_effect_name(operation->effect));
    put_text(tree, map, "found_by", obol_found_by_name(operation->found_by));
    put_text(tree, map, "found_with", operation->found_with);
    put_text(tree, map, "proof_with", operation->proof_with);
    put(tree, map, "repeat_safe",
        obol_node_boolean(tree->arena, operation->repeat_safe == OBOL_YES));
    if (operation->pick_from != NULL) {
        put_text(tree, map, "pick_from", operation->pick_from);
        put_text(tree, map, "pick_by", operation->pick_by);
        put_text(tree, map, "pick_with", operation->pick_with);
        put_text(tree, map, "pick_as", operation->pick_as);
        put(tree, map, "item_outcomes", outcomes_tree(tree, operation->item_outcomes));
    }
    put(tree, map, "request", fields_tree(tree, operation->request));
    put(tree, map, "reply", fields_tree(tree, operation->reply));
    return map;
}

struct obol_node *obol_describe_operation(struct obol_arena *arena,
                                          const struct obol_provider *provider,
                                          const struct obol_operation *operation)
{
    struct tree tree = {.arena = arena};
    struct obol_node *map = operation_tree(&tree, operation);
    struct obol_node *outcomes = outcomes_tree(&tree, operation->outcomes);
    struct obol_node *common = outcomes_tree(&tree, provider->outcomes);
    put(&tree, map, "outcomes", outcomes);
    put(&tree, map, "provider_outcomes", common);
    return tree.failed ? NULL : map;
}

/* What a notification is answered with. */
static struct obol_node *acknowledgements_tree(struct tree *tree,
                                               const struct obol_acknowledgement *rows)
{
    struct obol_node *list = obol_node_new(tree->arena, OBOL_NODE_LIST);
    for (; rows != NULL && rows->word != NULL; rows++) {
        struct obol_node *map = new_map(tree);
        put_text(tree, map, "word", rows->word);
        put_integer(tree, map, "status", rows->status);
        put_text(tree, map, "body", rows->body);
        append(tree, list, map);
    }
    return list;
}

/* The currencies that the provider counts otherwise than ISO 4217. */
static struct obol_node *places_tree(struct tree *tree, const struct obol_exponent *rows)
{
    struct obol_node *map = new_map(tree);
    for (; rows != NULL && rows->code != NULL; rows++)
        put(tree, map, rows->code, obol_node_integer(tree->arena, rows->places));
    return map;
}

/* What the provider sends by itself, and what an event has of it. */
static struct obol_node *notifications_tree(struct tree *tree, const struct obol_notification *rows)
{
    static const char *const confirms[] = {[OBOL_CONFIRM_NEVER] = "never",
                                           [OBOL_CONFIRM_UNLESS_OFF] = "unless switched off",
                                           [OBOL_CONFIRM_ALWAYS] = "always"};
    struct obol_node *list = obol_node_new(tree->arena, OBOL_NODE_LIST);
    for (; rows != NULL && rows->type != NULL; rows++) {
        struct obol_node *map = new_map(tree);
        put_text(tree, map, "type", rows->type);
        put_text(tree, map, "at", rows->at);
        put_text(tree, map, "is", rows->is);
        put_text(tree, map, "has", rows->has);
        put_text(tree, map, "confirm", confirms[rows->confirm]);
        put(tree, map, "id_of", texts_tree(tree, rows->id_of));
        put(tree, map, "fields", fields_tree(tree, rows->fields));
        put(tree, map, "outcomes", outcomes_tree(tree, rows->outcomes));
        put_text(tree, map, "doc", rows->doc);
        put_text(tree, map, "source", rows->source);
        append(tree, list, map);
    }
    return list;
}

struct obol_node *obol_describe_provider(struct obol_arena *arena,
                                         const struct obol_provider *provider)
{
    struct tree tree = {.arena = arena};
    struct obol_node *map = new_map(&tree);
    put_text(&tree, map, "name", provider->name);
    put_text(&tree, map, "title", provider->title);
    put_text(&tree, map, "doc", provider->doc);
    put_text(&tree, map, "source", provider->source);
    put(&tree, map, "methods", texts_tree(&tree, provider->methods));
    put(&tree, map, "currencies", texts_tree(&tree, provider->currencies));
    put(&tree, map, "config", fields_tree(&tree, provider->config));
    struct obol_node *operations = obol_node_new(arena, OBOL_NODE_LIST);
    for (const struct obol_operation *const *each = provider->operations; *each != NULL; each++)
        append(&tree, operations, operation_tree(&tree, *each));
    put(&tree, map, "operations", operations);
    put(&tree, map, "outcomes", outcomes_tree(&tree, provider->outcomes));
    struct obol_node *schedule = obol_node_new(arena, OBOL_NODE_LIST);
    for (int i = 0; provider->query_schedule_s != NULL && provider->query_schedule_s[i] != 0; i++)
        append(&tree, schedule, obol_node_integer(arena, provider->query_schedule_s[i]));
    put(&tree, map, "query_schedule_s", schedule);
    put_integer(&tree, map, "timeout_ms", provider->call_timeout_ms);
    put(&tree, map, "notifications", notifications_tree(&tree, provider->notifications));
    put(&tree, map, "places", places_tree(&tree, provider->exponents));
    put(&tree, map, "acknowledgements", acknowledgements_tree(&tree, provider->acknowledgements));
    return tree.failed ? NULL : map;
}
