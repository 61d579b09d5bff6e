#include "call/copy.h"

struct obol_node *obol_node_copy(struct obol_arena *arena, const struct obol_node *node)
{
    struct obol_node *copy = obol_node_new(arena, node->type);
    if (copy == NULL)
        return NULL;
    *copy = *node;
    copy->next = copy->first = copy->last = NULL;
    copy->raw = obol_slice(NULL, 0);
    copy->count = 0;
    copy->name = obol_arena_copy(arena, node->name);
    copy->text = obol_arena_copy(arena, node->text);
    if (copy->name.data == NULL || copy->text.data == NULL)
        return NULL;
    for (const struct obol_node *child = node->first; child != NULL; child = child->next)
        if (!obol_node_append(copy, obol_node_copy(arena, child)))
            return NULL;
    return copy;
}
