#include "schema/path.h"

#include "base/text.h"

static struct obol_node *item_of(const struct obol_node *list, uint32_t index)
{
    if (list == NULL || list->type != OBOL_NODE_LIST)
        return NULL;
    struct obol_node *item = list->first;
    while (item != NULL && --index != 0)
        item = item->next;
    return item;
}

struct obol_node *obol_path_find(const struct obol_node *root, const char *path)
{
    struct obol_node *found = NULL;
    while (path != NULL) {
        struct obol_step step = obol_path_step(&path);
        found = obol_node_get(root, step.name);
        if (step.index != 0)
            found = item_of(found, step.index);
        if (found == NULL)
            return NULL;
        root = found;
    }
    return found;
}

const struct obol_node *obol_path_holder(const struct obol_node *root, const char *path)
{
    for (;;) {
        struct obol_step step = obol_path_step(&path);
        if (path == NULL || root == NULL)
            return root;
        root = obol_node_get(root, step.name);
        if (step.index != 0)
            root = item_of(root, step.index);
    }
}

bool obol_path_put(struct obol_arena *arena, struct obol_node *root, const char *path,
                   struct obol_node *value)
{
    for (;;) {
        struct obol_step step = obol_path_step(&path);
        struct obol_node *child = path != NULL ? obol_node_get(root, step.name) : value;
        if (child == NULL)
            child = obol_node_new(arena, OBOL_NODE_MAP);
        if (child == NULL)
            return false;
        if (path == NULL || child->name.data == NULL) {
            obol_node_name(child, obol_name(step.name));
            if (!obol_node_append(root, child))
                return false;
        }
        if (path == NULL)
            return true;
        root = child;
    }
}

static size_t append(char *path, size_t length, struct obol_slice text)
{
    size_t room = OBOL_ERR_FIELD_MAX - 1 - length;
    size_t size = text.size < room ? text.size : room;
    if (size != 0)
        memcpy(path + length, text.data, size);
    path[length + size] = '\0';
    return length + size;
}

size_t obol_path_append(char *path, size_t length, struct obol_slice name)
{
    if (length != 0)
        length = append(path, length, obol_slice(".", 1));
    return append(path, length, name);
}

size_t obol_path_append_index(char *path, size_t length, uint32_t index)
{
    char room[OBOL_INT64_ROOM];
    length = append(path, length, obol_slice("[", 1));
    length = append(path, length, obol_text_of_int64(room, index));
    return append(path, length, obol_slice("]", 1));
}
