#include "base/node.h"

#include "base/text.h"
#include "base/word.h"

struct obol_node *obol_node_text(struct obol_arena *arena, struct obol_slice text)
{
    struct obol_node *node = obol_node_new(arena, OBOL_NODE_TEXT);
    if (node != NULL)
        node->text = text;
    return node;
}

struct obol_node *obol_node_boolean(struct obol_arena *arena, bool boolean)
{
    struct obol_node *node = obol_node_new(arena, OBOL_NODE_BOOLEAN);
    if (node != NULL)
        node->boolean = boolean;
    return node;
}

struct obol_node *obol_node_integer(struct obol_arena *arena, int64_t integer)
{
    struct obol_node *node = obol_node_new(arena, OBOL_NODE_NUMBER);
    if (node == NULL)
        return NULL;
    char room[OBOL_INT64_ROOM];
    node->text = obol_arena_copy(arena, obol_text_of_int64(room, integer));
    return node->text.data != NULL ? node : NULL;
}

struct obol_node *obol_node_alias(struct obol_arena *arena, const struct obol_node *node)
{
    struct obol_node *alias = obol_node_new(arena, node->type);
    if (alias == NULL)
        return NULL;
    *alias = *node;
    alias->next = NULL;
    return alias;
}

bool obol_node_set(struct obol_node *map, const char *name, struct obol_node *child)
{
    if (child != NULL)
        child->name = obol_slice_text(name);
    return obol_node_append(map, child);
}

/* Names of one document often begin alike: their ends tell them apart. Of a name of up to eight
 * bytes this is all of it. */
static uint64_t end_of(struct obol_slice name)
{
    size_t word = sizeof(uint64_t);
    return name.size >= word ? obol_word_load(name.data + name.size - word)
                             : obol_word_load_few(name.data, name.size);
}

/* Whether two names of one length and one end are the same. */
static bool begin_alike(struct obol_slice left, struct obol_slice right)
{
    for (size_t i = 0; i + sizeof(uint64_t) < left.size; i += sizeof(uint64_t))
        if (obol_word_load(left.data + i) != obol_word_load(right.data + i))
            return false;
    return true;
}

struct obol_node *obol_node_get(const struct obol_node *map, struct obol_slice name)
{
    if (map == NULL || map->type != OBOL_NODE_MAP)
        return NULL;
    uint64_t end = end_of(name);
    for (struct obol_node *child = map->first; child != NULL; child = child->next)
        if (child->name.size == name.size && end_of(child->name) == end &&
            begin_alike(child->name, name))
            return child;
    return NULL;
}

struct obol_node *obol_node_at(const struct obol_node *map, const char *path)
{
    for (;;) {
        const char *dot = strchr(path, '.');
        size_t size = dot != NULL ? (size_t)(dot - path) : strlen(path);
        struct obol_node *child = obol_node_get(map, obol_slice(path, size));
        if (dot == NULL || child == NULL)
            return child;
        map = child;
        path = dot + 1;
    }
}

bool obol_node_int64(const struct obol_node *node, int64_t *integer)
{
    return node != NULL && node->type == OBOL_NODE_NUMBER && obol_text_int64(node->text, integer);
}
