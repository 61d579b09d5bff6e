#include "wire/names.h"

#include <stdlib.h>

struct entry {
    uint64_t prefix; /* the first bytes of the name, which decide most comparisons */
    const struct obol_node *member;
    uint32_t position;
};

static uint64_t prefix_of(struct obol_slice name)
{
    uint64_t prefix = 0;
    for (size_t i = 0; i < sizeof prefix; i++)
        prefix = prefix << 8 | (i < name.size ? (unsigned char)name.data[i] : 0);
    return prefix;
}

static int compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    int order = obol_slice_compare(a->member->name, b->member->name);
    if (order != 0)
        return order;
    return (a->position > b->position) - (a->position < b->position);
}

bool obol_names_repeated(struct obol_arena *arena, const struct obol_node *map,
                         const struct obol_node **repeated)
{
    *repeated = NULL;
    if (map->count < 2)
        return true;
    struct entry *entries = obol_arena_alloc(arena, map->count * sizeof *entries);
    if (entries == NULL)
        return false;
    uint32_t count = 0;
    for (const struct obol_node *member = map->first; member != NULL; member = member->next) {
        entries[count] =
            (struct entry){.prefix = prefix_of(member->name), .member = member, .position = count};
        count++;
    }
    qsort(entries, count, sizeof *entries, compare);
    uint32_t first = UINT32_MAX;
    for (uint32_t i = 1; i < count; i++) {
        if (entries[i].position < first &&
            obol_slice_equal(entries[i].member->name, entries[i - 1].member->name)) {
            first = entries[i].position;
            *repeated = entries[i].member;
        }
    }
    return true;
}
