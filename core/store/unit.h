#pragma once

#include "base/arena.h"
#include "base/err.h"

/*
 * A unit of work: statements with their values, run as a whole or not at all. The same object
 * carries the results back.
 */
enum obol_store_type {
    OBOL_STORE_NULL,
    OBOL_STORE_INTEGER,
    OBOL_STORE_TEXT, /* valid UTF-8 without NUL */
    OBOL_STORE_BLOB,
};

struct obol_store_value {
    enum obol_store_type type;
    int64_t integer;
    struct obol_slice bytes; /* of a text or blob; a NUL follows, which is not counted */
};

struct obol_store_row {
    struct obol_store_row *next;
    struct obol_store_value values[]; /* one a column */
};

/* What a statement gave. `count`: rows returned, or where it returns none, rows changed. */
struct obol_store_result {
    int64_t count;
    size_t column_count;
    struct obol_slice *columns;
    struct obol_store_row *first;
    struct obol_store_row **end;
};

struct obol_store_statement {
    struct obol_store_statement *next;
    struct obol_slice sql;  /* parameters are $1, $2, ... */
    struct obol_slice name; /* stands in an error about its rows, or empty */
    int64_t least, most;    /* how many rows it must touch */
    struct obol_store_value *values;
    size_t value_count;
    struct obol_store_result result;
};

struct obol_store_unit {
    uint64_t id;
    struct obol_store_unit *next;
    bool read; /* changes nothing */
    struct obol_arena arena;
    struct obol_store_statement *first, **end;
    size_t count; /* statements */

    /* the database's thread */
    bool alone;    /* must not share a transaction */
    bool answered; /* results or err stand */
    int tries;     /* that were lost through no fault of its own */

    struct obol_arena results; /* what `result` of the statements stands on */
    size_t results_max;
    bool failed;
    bool unknown;        /* failed, but it may be in the database all the same */
    bool retryable;      /* the same unit may succeed later */
    size_t failed_at;    /* the statement at fault, from 1; 0: none */
    struct obol_err err; /* when failed */
};

/* Null when memory is short. `max`: most bytes of statements and values. */
struct obol_store_unit *obol_store_unit_new(size_t max) OBOL_MUST_USE;
void obol_store_unit_free(struct obol_store_unit *unit);

/* Appends a statement with room for its values, which are null until they are set; null with err
 * where it cannot be part of a unit. */
struct obol_store_statement *obol_store_unit_add(struct obol_store_unit *unit,
                                                 struct obol_slice sql, size_t value_count,
                                                 struct obol_err *err) OBOL_MUST_USE;
/* Copies the bytes; `index` from 0. */
bool obol_store_unit_set(struct obol_store_unit *unit, struct obol_store_statement *statement,
                         size_t index, struct obol_store_value value,
                         struct obol_err *err) OBOL_MUST_USE;

/* Results: for whoever runs the unit. Each is false with unit->err when they grow too large. */
bool obol_store_result_columns(struct obol_store_unit *unit, struct obol_store_result *result,
                               size_t count) OBOL_MUST_USE;
bool obol_store_result_copy(struct obol_store_unit *unit, struct obol_slice bytes,
                            struct obol_slice *copy) OBOL_MUST_USE;
/* A row of nulls at the end; null when they grow too large. */
struct obol_store_row *obol_store_result_row(struct obol_store_unit *unit,
                                             struct obol_store_result *result) OBOL_MUST_USE;

/* Forgets results and errors, so that the unit can be run again. */
void obol_store_unit_reset(struct obol_store_unit *unit);
/* Whether the statement touched as many rows as it must; else unit->err is filled. */
bool obol_store_unit_count(struct obol_store_unit *unit,
                           const struct obol_store_statement *statement) OBOL_MUST_USE;
/* The number of the statement in its unit, from 1. */
size_t obol_store_unit_place(const struct obol_store_unit *unit,
                             const struct obol_store_statement *statement);
