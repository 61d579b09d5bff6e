#include "schema/decode.h"

#include "base/text.h"
#include "schema/path.h"
#include "schema/read.h"

static bool wrong(struct obol_err *err, const struct obol_field *field)
{
    return obol_fail(err, OBOL_ERR_PROVIDER, field->wire != NULL ? field->wire : field->name,
                     "expected %s in the reply", obol_type_name(field->type));
}

/* A list that two rows may fill, one after the other. */
static struct obol_node *list_at(struct obol_arena *arena, struct obol_node *result,
                                 const char *name)
{
    struct obol_node *list = obol_path_find(result, name);
    if (list == NULL) {
        list = obol_node_new(arena, OBOL_NODE_LIST);
        if (list == NULL || !obol_path_put(arena, result, name, list))
            return NULL;
    }
    return list;
}

struct gathering {
    const struct obol_reading *reading;
    const struct obol_field *field;
    struct obol_node *list;
    struct obol_err *err;
};

static bool add_item(struct gathering *gathering, struct obol_node *object)
{
    struct obol_arena *arena = gathering->reading->arena;
    struct obol_node *item = obol_node_new(arena, OBOL_NODE_MAP);
    if (object->type != OBOL_NODE_MAP || !obol_node_append(gathering->list, item))
        return wrong(gathering->err, gathering->field);
    const char *key = gathering->field->key;
    if (key != NULL && !obol_node_set(item, key, obol_node_text(arena, object->name)))
        return wrong(gathering->err, gathering->field);
    if (!obol_decode(gathering->reading, gathering->field->sub, object, item, gathering->err))
        return false;
    return obol_decode_rest(arena, object, item) || wrong(gathering->err, gathering->field);
}

static bool add_items(struct gathering *gathering, struct obol_node *node)
{
    enum obol_node_type wanted =
        gathering->field->as == OBOL_KEYED ? OBOL_NODE_MAP : OBOL_NODE_LIST;
    if (node->type == OBOL_NODE_NULL)
        return true;
    if (node->type != wanted)
        return wrong(gathering->err, gathering->field);
    node->flags |= OBOL_NODE_CLAIMED;
    for (struct obol_node *child = node->first; child != NULL; child = child->next)
        if (!add_item(gathering, child))
            return false;
    return true;
}

/* Follows a path in which `*` stands for every member of a map. */
static bool gather(struct gathering *gathering, struct obol_node *node, const char *path)
{
    if (path == NULL)
        return add_items(gathering, node);
    if (node->type != OBOL_NODE_MAP)
        return node->type == OBOL_NODE_NULL || wrong(gathering->err, gathering->field);
    struct obol_slice name = obol_path_step(&path).name;
    if (!obol_slice_is(name, "*")) {
        struct obol_node *child = obol_node_get(node, name);
        return child == NULL || gather(gathering, child, path);
    }
    for (struct obol_node *child = node->first; child != NULL; child = child->next)
        if (!gather(gathering, child, path))
            return false;
    return true;
}

static bool decode_list(const struct obol_reading *reading, const struct obol_field *field,
                        struct obol_node *object, struct obol_node *result, struct obol_err *err)
{
    struct gathering gathering = {
        .reading = reading,
        .field = field,
        .list = list_at(reading->arena, result, field->name),
        .err = err,
    };
    if (gathering.list == NULL)
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    return gather(&gathering, object, field->wire);
}

bool obol_read_list(const struct obol_reading *reading, const struct obol_field *field,
                    const struct obol_node *value, struct obol_read_value *result)
{
    (void)reading, (void)field, (void)value, (void)result;
    return false; /* lists are gathered along their paths, see above */
}

static struct obol_node *constant(struct obol_arena *arena, const struct obol_field *field)
{
    if (field->type == OBOL_BOOLEAN)
        return obol_node_boolean(arena, strcmp(field->preset, "true") == 0);
    return obol_node_text(arena, obol_slice_text(field->preset));
}

static struct obol_node *find_wire(const struct obol_node *object, const struct obol_field *field,
                                   const struct obol_lookup *lookup)
{
    return lookup->wire_deep ? obol_path_find(object, field->wire)
                             : obol_node_find(object, lookup->wire);
}

/* What a row makes of the object; `found` is the node that it read, for marking. */
static bool read_row(const struct obol_reading *reading, const struct obol_field *field,
                     const struct obol_lookup *lookup, const struct obol_node *object,
                     struct obol_node **found, struct obol_read_value *value)
{
    if (field->read != NULL) {
        value->node = field->read(reading, object);
        *found = field->wire != NULL ? find_wire(object, field, lookup) : NULL;
        /* what else an object holds stays readable in `extra` */
        value->left = value->node == NULL || (*found != NULL && (*found)->type == OBOL_NODE_MAP);
        return true;
    }
    if (field->wire == NULL) {
        value->node = constant(reading->arena, field);
        return value->node != NULL;
    }
    *found = find_wire(object, field, lookup);
    if (*found == NULL || (*found)->type == OBOL_NODE_NULL)
        return true;
    return obol_type_ops(field->type)->read(reading, field, *found, value);
}

/* What has to be the account's own and is not is somebody else's answer. */
static bool check_same(const struct obol_reading *reading, const struct obol_field *field,
                       const struct obol_node *value, struct obol_node *result)
{
    if (field->same_as == NULL)
        return true;
    const struct obol_slot *slot = obol_record_get(reading->account, field->same_as);
    char room[OBOL_INT64_ROOM];
    struct obol_slice own = {0};
    if (slot != NULL)
        own = slot->text.size != 0 ? slot->text : obol_text_of_int64(room, slot->integer);
    if (obol_slice_equal(own, value->text) ||
        obol_node_get(result, obol_slice_text("mismatch")) != NULL)
        return true;
    return obol_node_set(result, "mismatch",
                         obol_node_text(reading->arena, obol_slice_text(field->name)));
}

/* Of two rows with one name the first that found something is kept. `fresh`: nothing but these rows
 * has put anything into the result. */
static bool put_value(const struct obol_reading *reading, const struct obol_field *field,
                      const struct obol_lookup *lookup, bool fresh, struct obol_node *value,
                      struct obol_node *result)
{
    if (lookup->name_deep)
        return obol_path_find(result, field->name) != NULL ||
               (obol_path_put(reading->arena, result, field->name, value) &&
                check_same(reading, field, value, result));
    if ((!fresh || !lookup->name_first) && obol_node_find(result, lookup->name) != NULL)
        return true;
    obol_node_name(value, lookup->name);
    return obol_node_append(result, value) && check_same(reading, field, value, result);
}

static bool decode_field(const struct obol_reading *reading, const struct obol_field *field,
                         const struct obol_lookup *lookup, bool fresh, struct obol_node *object,
                         struct obol_node *result, struct obol_err *err)
{
    struct obol_node *found = NULL;
    struct obol_read_value value = {0};
    if (!read_row(reading, field, lookup, object, &found, &value)) {
        /* what only people read decides nothing: it may not make an answer unreadable */
        if ((field->flags & OBOL_SHOWN) == 0)
            return wrong(err, field);
        value = (struct obol_read_value){.left = true};
    }
    if (field->type == OBOL_MONEY && value.left && reading->foreign)
        result->flags |= OBOL_NODE_FOREIGN;
    if (found != NULL && !value.left && (field->flags & OBOL_KEPT) == 0)
        found->flags |= OBOL_NODE_CLAIMED;
    if (value.node == NULL)
        return (field->flags & OBOL_REQUIRED) == 0 || wrong(err, field);
    if (!put_value(reading, field, lookup, fresh, value.node, result))
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    return true;
}

bool obol_decode(const struct obol_reading *reading, const struct obol_field *fields,
                 struct obol_node *object, struct obol_node *result, struct obol_err *err)
{
    struct obol_lookups by_itself = {.arena = reading->arena};
    const struct obol_lookup *lookup =
        obol_lookups_of(reading->lookups != NULL ? reading->lookups : &by_itself, fields);
    if (lookup == NULL)
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    /* amounts need their currency, wherever in the table it stands */
    struct obol_reading with_currency = *reading;
    for (const struct obol_field *field = fields; field->name != NULL; field++) {
        const struct obol_node *code = field->type == OBOL_CURRENCY && field->wire != NULL
                                           ? find_wire(object, field, &lookup[field - fields])
                                           : NULL;
        if (code == NULL || code->type == OBOL_NODE_NULL ||
            (code->type == OBOL_NODE_TEXT && code->text.size == 0))
            continue;
        with_currency.code = code;
        with_currency.currency = obol_read_code(code);
        with_currency.foreign =
            with_currency.currency == NULL || with_currency.currency->exponent < 0;
    }
    bool fresh = result->count == 0;
    for (const struct obol_field *field = fields; field->name != NULL; field++) {
        bool list = field->type == OBOL_LIST;
        if (reading->lenient && list)
            continue;
        bool fine = list ? decode_list(&with_currency, field, object, result, err)
                         : decode_field(&with_currency, field, &lookup[field - fields], fresh,
                                        object, result, err);
        if (!fine && !reading->lenient)
            return false;
        fresh = fresh && field->same_as == NULL; /* check_same puts a name of its own */
    }
    return true;
}

/* A copy of what no row used, null when that is nothing; false when memory is short, as part of an
 * exact rest is none. */
static bool rest_of(struct obol_arena *arena, const struct obol_node *node, unsigned depth,
                    struct obol_node **rest)
{
    *rest = NULL;
    if ((node->flags & OBOL_NODE_CLAIMED) != 0)
        return true;
    struct obol_node *copy = obol_node_alias(arena, node);
    if (copy == NULL)
        return false;
    *rest = copy;
    if (node->type != OBOL_NODE_MAP || depth == 0)
        return true;
    copy->first = copy->last = NULL;
    copy->count = 0;
    for (const struct obol_node *child = node->first; child != NULL; child = child->next) {
        struct obol_node *left = NULL;
        if (!rest_of(arena, child, depth - 1, &left) ||
            (left != NULL && !obol_node_append(copy, left)))
            return false;
    }
    if (copy->count == 0)
        *rest = NULL;
    return true;
}

bool obol_decode_rest(struct obol_arena *arena, const struct obol_node *object,
                      struct obol_node *result)
{
    enum { DEPTH = 8 }; /* deeper than any row's path */
    struct obol_node *rest = NULL;
    return rest_of(arena, object, DEPTH, &rest) &&
           (rest == NULL || obol_node_set(result, "extra", rest));
}
