#pragma once

#include "completion/completion.h"
#include "store/unit.h"

/*
 * The store: the only user of SQLite and of libpq. Each open database has a thread of its own that
 * takes whole units of work: those that wait together are committed together, each is rolled back
 * alone when it fails, and each is answered after the commit. Safe from any thread.
 */
struct obol_store;

enum obol_store_check { OBOL_STORE_CHECK_NONE, OBOL_STORE_CHECK_QUICK, OBOL_STORE_CHECK_FULL };

struct obol_store_options {
    int64_t busy_ms;             /* how long others may hold what a unit needs */
    int64_t connect_ms;          /* how long to try to reach a server that was lost */
    int64_t timeout_ms;          /* of one statement at a server */
    int64_t keep_ms;             /* how long results that nobody takes are kept */
    size_t max_result;           /* most bytes of one unit's results */
    enum obol_store_check check; /* of a file when it is opened */
};

struct obol_store_options obol_store_defaults(void);

struct obol_store_stats {
    uint64_t units;    /* run to their end, well or not */
    uint64_t groups;   /* transactions committed */
    uint64_t opened;   /* times that the database was opened */
    uint64_t repeated; /* units that were run again */
    uint64_t prepared; /* statements that were compiled */
    size_t pending;    /* units that wait or run */
};

/* `sqlite:<path>`, `sqlite::memory:` or `postgres://...`. Nothing is opened before the first unit,
 * whose answer tells when it cannot be. Null with err when the address cannot be one. */
struct obol_store *obol_store_open(struct obol_slice url, const struct obol_store_options *options,
                                   struct obol_err *err) OBOL_MUST_USE;

/* What was submitted is still run. `wait`: until that is so and the database is closed. The store
 * must not be used afterwards. Null is ignored. */
void obol_store_close(struct obol_store *store, bool wait);

/* The unit goes to the store; its id, or 0 with err, then it stays the caller's. */
uint64_t obol_store_submit(struct obol_store *store, struct obol_completion_owner *owner,
                           struct obol_store_unit *unit, bool for_good,
                           struct obol_err *err) OBOL_MUST_USE;

/* What destroys a unit among finished work: it tells these results from others. */
void obol_store_destroy(void *unit);

struct obol_store_stats obol_store_stats(struct obol_store *store);

/* Versions of the libraries; null when libpq is not on this machine. */
const char *obol_store_sqlite_version(void);
const char *obol_store_postgres_version(void);
