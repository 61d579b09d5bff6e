#pragma once

#include "base/arena.h"
#include "base/name.h"

#include <stdint.h>

/*
 * The one tree in which values travel: what a caller gave, a JSON body, a result on its way to Lua.
 * Nodes live in an arena and borrow their bytes from it, or from a body that outlives them.
 */
enum obol_node_type {
    OBOL_NODE_NULL,
    OBOL_NODE_BOOLEAN,
    OBOL_NODE_NUMBER, /* text: the literal as it was written; never a double */
    OBOL_NODE_TEXT,   /* text: the bytes, decoded */
    OBOL_NODE_MONEY,  /* integer: minor units; text: the ISO 4217 code */
    OBOL_NODE_LIST,
    OBOL_NODE_MAP, /* members in the order in which they came */
};

enum {
    OBOL_NODE_SECRET = 1 << 0,  /* the text is a secret's */
    OBOL_NODE_FLOAT = 1 << 1,   /* the number was a Lua float with a fraction, or 2^53 and beyond */
    OBOL_NODE_CLAIMED = 1 << 2, /* a walker has used this node */
    OBOL_NODE_COUNTED = 1 << 4, /* of the number's text `integer` is the value */
    OBOL_NODE_FOREIGN = 1 << 3, /* a result: an amount of it is in a currency that nobody knows */
};

struct obol_node {
    enum obol_node_type type;
    uint8_t flags;
    bool boolean;
    uint32_t count; /* of children */
    uint32_t key;   /* of the name: what obol_name_key makes of it */
    union {
        int64_t integer;
        uint64_t names; /* a map: a bit for the key of each member; one that is clear has none */
    };
    struct obol_slice name; /* of a member of a map, else empty; set by obol_node_name alone */
    struct obol_slice text;
    struct obol_slice
        raw; /* the bytes of this value in the document it was read from, else empty */
    struct obol_node *first;
    struct obol_node *last;
    struct obol_node *next;
};

/* Names a node that is no member of a map yet. */
static inline void obol_node_name(struct obol_node *node, struct obol_name name)
{
    node->name = name.text;
    node->key = name.key;
}

/* Each returns null when memory is short; text and name are borrowed, not copied. */
static inline OBOL_MUST_USE struct obol_node *obol_node_new(struct obol_arena *arena,
                                                            enum obol_node_type type)
{
    struct obol_node *node = obol_arena_alloc(arena, sizeof *node);
    if (node != NULL)
        node->type = type;
    return node;
}
struct obol_node *obol_node_text(struct obol_arena *arena, struct obol_slice text) OBOL_MUST_USE;
struct obol_node *obol_node_boolean(struct obol_arena *arena, bool boolean) OBOL_MUST_USE;
struct obol_node *obol_node_integer(struct obol_arena *arena, int64_t integer) OBOL_MUST_USE;

/* The same value as a node of its own, for another parent; the children are shared. */
struct obol_node *obol_node_alias(struct obol_arena *arena,
                                  const struct obol_node *node) OBOL_MUST_USE;

/* Appends a child; a null child or parent (memory was short) is refused with false. */
static inline OBOL_MUST_USE bool obol_node_append(struct obol_node *parent, struct obol_node *child)
{
    if (parent == NULL || child == NULL)
        return false;
    if (parent->last != NULL)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
    if (parent->type == OBOL_NODE_MAP)
        parent->names |= obol_name_bit(child->key);
    return true;
}
/* The same for a member of a map. */
static inline OBOL_MUST_USE bool obol_node_set(struct obol_node *map, const char *name,
                                               struct obol_node *child)
{
    if (child != NULL)
        obol_node_name(child, obol_name(obol_slice_text(name)));
    return obol_node_append(map, child);
}

/* The member of that name, or null; null and every type but a map have none. Inline as far as a
 * name's bit, since most that are asked for are not there. */
struct obol_node *obol_node_search(const struct obol_node *map, struct obol_name name);
static inline struct obol_node *obol_node_find(const struct obol_node *map, struct obol_name name)
{
    bool may =
        map != NULL && map->type == OBOL_NODE_MAP && (map->names & obol_name_bit(name.key)) != 0;
    return may ? obol_node_search(map, name) : NULL;
}
static inline struct obol_node *obol_node_get(const struct obol_node *map, struct obol_slice name)
{
    return obol_node_find(map, obol_name(name));
}
/* The same along "a.b.c". */
struct obol_node *obol_node_at(const struct obol_node *map, const char *path);
/* The number of a NUMBER node that is an integer within int64. */
bool obol_node_int64(const struct obol_node *node, int64_t *integer) OBOL_MUST_USE;
