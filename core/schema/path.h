#pragma once

#include "base/err.h"
#include "base/node.h"

/* Paths of callers and providers: "customer.id", "items[1].name" (the first is 1). */

/* The node at `path`, or null when there is none. */
struct obol_node *obol_path_find(const struct obol_node *root, const char *path);

/* The node in which the last step of `path` is looked for, or null when there is none. */
const struct obol_node *obol_path_holder(const struct obol_node *root, const char *path);

/* Puts `value` at "a.b.c", making the maps on the way; false when memory is short. */
bool obol_path_put(struct obol_arena *arena, struct obol_node *root, const char *path,
                   struct obol_node *value) OBOL_MUST_USE;

/* Adds ".name", or "name" at the start, and "[index]" to the path of `length` bytes in `path`,
 * which has OBOL_ERR_FIELD_MAX of them; the new length. What does not fit is cut off. */
size_t obol_path_append(char *path, size_t length, struct obol_slice name);
size_t obol_path_append_index(char *path, size_t length, uint32_t index);

/* One step of a path: its name, and its index or 0; moves `path` on, to null after the last. */
struct obol_step {
    struct obol_slice name;
    uint32_t index;
};
static inline struct obol_step obol_path_step(const char **path)
{
    const char *from = *path;
    size_t size = (size_t)(strchrnul(from, '.') - from);
    struct obol_step step = {.name = obol_slice(from, size)};
    *path = from[size] == '.' ? from + size + 1 : NULL;
    if (size != 0 && from[size - 1] == ']') {
        size_t bracket = strcspn(from, "[");
        step.name.size = bracket;
        for (size_t i = bracket + 1; i < size - 1; i++)
            step.index = step.index * 10 + (uint32_t)(from[i] - '0');
    }
    return step;
}
