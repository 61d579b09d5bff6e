#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A map from ids to whatever begins with a struct obol_idmap_node; it owns no nodes. */
struct obol_idmap_node {
    uint64_t id;
    struct obol_idmap_node *next; /* in its bucket */
};

struct obol_idmap {
    struct obol_idmap_node **buckets;
    size_t bucket_count; /* a power of two, or 0 */
    size_t count;
};

/* False when memory is short. The id has to be new. */
bool obol_idmap_add(struct obol_idmap *map, struct obol_idmap_node *node) OBOL_MUST_USE;
struct obol_idmap_node *obol_idmap_find(const struct obol_idmap *map, uint64_t id);
void obol_idmap_remove(struct obol_idmap *map, const struct obol_idmap_node *node);

/* Every node for which `choose` answers true, taken out and chained by `next`. */
struct obol_idmap_node *
obol_idmap_extract(struct obol_idmap *map,
                   bool (*choose)(struct obol_idmap_node *node, void *context), void *context);

/* A list of ids that grows. */
struct obol_idlist {
    uint64_t *ids;
    size_t count;
    size_t capacity;
};

bool obol_idlist_add(struct obol_idlist *list, uint64_t id);
void obol_idlist_free(struct obol_idlist *list);
