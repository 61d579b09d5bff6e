#pragma once

#include "money/currency.h"
#include "schema/field.h"

/* The values of one input, in slots parallel to the rows of its table. */

struct obol_slot {
    bool set;
    bool boolean;
    bool plain;                           /* JSON writes the text as it is */
    int64_t integer;                      /* a number, a time, or minor units */
    const struct obol_currency *currency; /* of money */
    struct obol_slice text;               /* the wire's word where the row has an enumeration */
    const struct obol_slice *secrets;     /* the newest first */
    const struct obol_record *items;      /* of a list */
    size_t count;                         /* of secrets or items */
    const struct obol_node *node;         /* of an OBOL_ANY */
};

struct obol_record {
    const struct obol_field *fields;
    struct obol_slot *slots;
    size_t count;
    const struct obol_record *account; /* the account's configuration; null in that itself */
    struct obol_arena *arena;          /* for what a `make` adds */
    void *state; /* of an account's configuration: what the provider made of it, null if nothing */
};

/* All slots absent; slots is null when memory is short. */
struct obol_record obol_record_new(struct obol_arena *arena, const struct obol_field *fields);

/* The slot of the row with that caller's name, or null when the table has none or it is absent. */
const struct obol_slot *obol_record_get(const struct obol_record *record, const char *name);
