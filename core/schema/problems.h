#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Everything that is wrong with one input, so that a caller mends it in one go. */
struct obol_problem {
    struct obol_problem *next;
    enum obol_kind kind;
    struct obol_slice field;   /* path of the value */
    struct obol_slice message; /* what was expected, never what came */
};

struct obol_problems {
    struct obol_arena *arena;
    struct obol_problem *first;
    struct obol_problem *last;
    size_t count;
    struct obol_slice
        warning; /* what looks wrong and is let through all the same; empty: nothing */
};

enum { OBOL_PROBLEMS_MAX = 64 };

/* Adds a problem; past OBOL_PROBLEMS_MAX they are counted and dropped. */
void obol_problem_add(struct obol_problems *problems, enum obol_kind kind, const char *field,
                      const char *format, ...) OBOL_PRINTF(4, 5);
/* Whether that field has one already: the first says enough. */
bool obol_problem_at(const struct obol_problems *problems, const char *field);
/* Fills err from the first (the worst kind wins: invalid before unsupported); false if there are
 * any. */
bool obol_problems_none(const struct obol_problems *problems, struct obol_err *err);
