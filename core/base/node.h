#pragma once

#include "base/arena.h"

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
    OBOL_NODE_FOREIGN = 1 << 3, /* a result: an amount of it is in a currency that nobody knows */
};

struct obol_node {
    enum obol_node_type type;
    uint8_t flags;
    bool boolean;
    int64_t integer;
    struct obol_slice name; /* of a member of a map, else empty */
    struct obol_slice text;
    struct obol_slice
        raw; /* the bytes of this value in the document it was read from, else empty */
    struct obol_node *first;
    struct obol_node *last;
    struct obol_node *next;
    uint32_t count; /* of children */
};

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
    return true;
}
/* The same for a member of a map. */
bool obol_node_set(struct obol_node *map, const char *name, struct obol_node *child) OBOL_MUST_USE;

/* The member of that name, or null; null and every type but a map have none. */
struct obol_node *obol_node_get(const struct obol_node *map, struct obol_slice name);
/* The same along "a.b.c". */
struct obol_node *obol_node_at(const struct obol_node *map, const char *path);
/* The number of a NUMBER node that is an integer within int64. */
bool obol_node_int64(const struct obol_node *node, int64_t *integer) OBOL_MUST_USE;
