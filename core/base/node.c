#include "base/node.h"

#include "base/text.h"

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
    node->flags = OBOL_NODE_COUNTED;
    node->integer = integer;
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

struct obol_node *obol_node_search(const struct obol_node *map, struct obol_name name)
{
    for (struct obol_node *child = map->first; child != NULL; child = child->next)
        if (child->key == name.key && obol_slice_equal(child->name, name.text))
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
    if (node == NULL || node->type != OBOL_NODE_NUMBER)
        return false;
    if ((node->flags & OBOL_NODE_COUNTED) == 0)
        return obol_text_int64(node->text, integer);
    *integer = node->integer;
    return true;
}
