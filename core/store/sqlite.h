#pragma once

/* Between the files of SQLite; all of it belongs to the thread of the store. */

#include "store/engine.h"

#include <sqlite3.h>

enum { OBOL_SQLITE_CACHE = 128 };

struct obol_sqlite_cached {
    sqlite3_stmt *stmt;
    uint64_t hash;
    uint64_t used; /* when it was used last */
    size_t parameters;
    int *places; /* of $1, $2, ... among SQLite's own numbers; null: they are the same */
};

struct obol_sqlite {
    struct obol_store *store;
    sqlite3 *db;
    bool memory;
    int64_t busy_until_ms;
    bool damaged;   /* has to be opened anew */
    uint64_t clock; /* of uses */
    struct obol_sqlite_cached cache[OBOL_SQLITE_CACHE];
};

/* sqlite_cache.c: a compiled statement, reset and without values; null with unit->err. */
struct obol_sqlite_cached *obol_sqlite_prepare(struct obol_sqlite *base, struct obol_slice sql,
                                               struct obol_err *err) OBOL_MUST_USE;
void obol_sqlite_cache_clear(struct obol_sqlite *base);

/* sqlite_statement.c: runs one statement of a unit; false with unit->err */
bool obol_sqlite_run(struct obol_sqlite *base, struct obol_store_unit *unit,
                     struct obol_store_statement *statement) OBOL_MUST_USE;

/* sqlite_error.c: says what `code` means. Answers false. */
bool obol_sqlite_fail(struct obol_sqlite *base, int code, struct obol_err *err, bool *retryable);
