#pragma once

#include "schema/field.h"

/*
 * The names of a table's rows, measured once for all the replies that are read by it: what a row
 * looks for at the provider, and what its value is called in the result.
 */
struct obol_lookup {
    struct obol_name wire;
    struct obol_name name;
    bool wire_deep; /* a path of several steps: it has to be walked */
    bool name_deep;
    bool name_first; /* no row before it has this name */
};

/* Those of the tables that were used so far; they live as long as the arena. */
struct obol_lookups {
    struct obol_arena *arena;
    struct obol_lookup_table *newest;
};

/* One for each row of the table, or null when memory is short. */
const struct obol_lookup *obol_lookups_of(struct obol_lookups *known,
                                          const struct obol_field *fields);
