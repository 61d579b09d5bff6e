#include "completion/idmap.h"

#include "base/secret.h"

#include <string.h>

enum { FIRST_BUCKETS = 64, FIRST_IDS = 64 };

static struct obol_idmap_node **bucket_of(const struct obol_idmap *map, uint64_t id)
{
    return &map->buckets[id & (map->bucket_count - 1)];
}

/* With too little memory to double the buckets, the chains only grow longer. */
static bool grow(struct obol_idmap *map)
{
    struct obol_idmap old = *map;
    size_t count = old.bucket_count != 0 ? old.bucket_count * 2 : FIRST_BUCKETS;
    struct obol_idmap_node **buckets = obol_secret_alloc(count * sizeof(*buckets));
    if (buckets == NULL)
        return old.bucket_count != 0;
    memset(buckets, 0, count * sizeof(*buckets));
    map->buckets = buckets;
    map->bucket_count = count;
    for (size_t i = 0; i < old.bucket_count; i++) {
        for (struct obol_idmap_node *node = old.buckets[i], *next; node != NULL; node = next) {
            next = node->next;
            struct obol_idmap_node **bucket = bucket_of(map, node->id);
            node->next = *bucket;
            *bucket = node;
        }
    }
    obol_secret_free(old.buckets, old.bucket_count * sizeof(*buckets));
    return true;
}

bool obol_idmap_add(struct obol_idmap *map, struct obol_idmap_node *node)
{
    if (map->count >= map->bucket_count && !grow(map))
        return false;
    struct obol_idmap_node **bucket = bucket_of(map, node->id);
    node->next = *bucket;
    *bucket = node;
    map->count++;
    return true;
}

struct obol_idmap_node *obol_idmap_find(const struct obol_idmap *map, uint64_t id)
{
    if (map->bucket_count == 0)
        return NULL;
    struct obol_idmap_node *node = *bucket_of(map, id);
    while (node != NULL && node->id != id)
        node = node->next;
    return node;
}

void obol_idmap_remove(struct obol_idmap *map, const struct obol_idmap_node *node)
{
    struct obol_idmap_node **at = bucket_of(map, node->id);
    while (*at != node)
        at = &(*at)->next;
    *at = node->next;
    map->count--;
}

struct obol_idmap_node *
obol_idmap_extract(struct obol_idmap *map,
                   bool (*choose)(struct obol_idmap_node *node, void *context), void *context)
{
    struct obol_idmap_node *chosen = NULL;
    for (size_t i = 0; i < map->bucket_count; i++) {
        for (struct obol_idmap_node **at = &map->buckets[i]; *at != NULL;) {
            struct obol_idmap_node *node = *at;
            if (!choose(node, context)) {
                at = &node->next;
                continue;
            }
            *at = node->next;
            map->count--;
            node->next = chosen;
            chosen = node;
        }
    }
    return chosen;
}

bool obol_idlist_add(struct obol_idlist *list, uint64_t id)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity != 0 ? list->capacity * 2 : FIRST_IDS;
        uint64_t *ids = obol_secret_alloc(capacity * sizeof *ids);
        if (ids == NULL)
            return false;
        if (list->count != 0)
            memcpy(ids, list->ids, list->count * sizeof *ids);
        obol_secret_free(list->ids, list->capacity * sizeof *ids);
        list->ids = ids;
        list->capacity = capacity;
    }
    list->ids[list->count++] = id;
    return true;
}

void obol_idlist_free(struct obol_idlist *list)
{
    obol_secret_free(list->ids, list->capacity * sizeof *list->ids);
    *list = (struct obol_idlist){0};
}
