#pragma once

#include "schema/operation.h"
#include "schema/types.h"

/* A caller's values against a table of rows: everything that is wrong is reported at once. */

/* Where values come from besides the caller's table: names beginning `account.` and `call.`. */
struct obol_sources {
    const struct obol_record *account;
    const struct obol_node *call;      /* key, time_ms, nonce */
    const char *provider;              /* whose operation it is */
    const char *const *all_providers;  /* known names under `extra.`; ends with null */
    const char *const *more_providers; /* further ones, or null */
    const struct obol_exponent *exponents;
};

/*
 * Fills `record` from `params` by its rows and marks what was used. Whatever is left over is held
 * against the uniform words: an unknown name is refused, and so is a known one that this operation
 * cannot carry out. `params` has been through obol_params_normalize.
 */
bool obol_check(struct obol_record *record, struct obol_node *params,
                const struct obol_sources *sources, struct obol_problems *problems) OBOL_MUST_USE;

/* The same for configuration: there, every name has to be one of the rows. */
bool obol_check_config(struct obol_record *record, struct obol_node *config,
                       struct obol_problems *problems) OBOL_MUST_USE;

/* Short forms to the full ones: item = x to items = { x }, customer = "u-7" to customer = { id }.
 */
bool obol_params_normalize(struct obol_arena *arena, struct obol_node *params) OBOL_MUST_USE;

/* For the checks of lists: the rows of one item. */
void obol_check_fields(struct obol_checking *checking, struct obol_record *record,
                       const struct obol_node *map);

/* Left-over members of `params` (see obol_check); without sources no uniform word is known. */
void obol_check_leftovers(struct obol_problems *problems, const struct obol_field *fields,
                          const struct obol_node *params, const struct obol_sources *sources);

/* The uniform words of all providers; the table ends as all do. */
extern const struct obol_field obol_uniform_fields[];
