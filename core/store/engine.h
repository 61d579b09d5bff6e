#pragma once

/* Between the files of the store. A database belongs to the thread of its store. */

#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    OBOL_STORE_GROUP_MAX = 256,     /* most units of one transaction */
    OBOL_STORE_PENDING_MAX = 20000, /* units that may wait */
    OBOL_STORE_TRIES_MAX = 6,       /* of a unit that is lost through no fault of its own */
};

/* Units in their order. */
struct obol_store_group {
    struct obol_store_unit *first;
    size_t count;
    bool writes;
};

/* One kind of database. */
struct obol_store_backend {
    /* Room for the database's own state, which the others get; null when memory is short. */
    void *(*make)(struct obol_store *store);
    void (*unmake)(void *base);
    /* How many units may share the next transaction. */
    size_t (*limit)(const void *base);
    /* Opens it unless it is open. */
    bool (*open)(void *base, struct obol_err *err);
    /* Runs the group as one transaction. Each unit ends `answered`, or is to be run again. */
    void (*run)(void *base, const struct obol_store_group *group);
    void (*close)(void *base);
    /* Before a fork, on the thread, which then pauses: a forked child must find nothing of it that
     * it could harm. Null where it needs no such thing. */
    void (*rest)(void *base);
    /* In the child, where the thread is gone. */
    void (*forget)(void *base);
};

extern const struct obol_store_backend obol_store_sqlite;
extern const struct obol_store_backend obol_store_postgres;

/* What the thread is asked for while it works. */
enum obol_store_hurry {
    OBOL_STORE_CALM,
    OBOL_STORE_PAUSE, /* a fork waits: stop what only waits */
    OBOL_STORE_STOP,  /* the process ends: stop */
};

struct obol_store {
    const struct obol_store_backend *backend;
    void *base;
    struct obol_store_options options;
    char *url; /* without the scheme for SQLite; wiped at the end */
    size_t url_size;
    atomic_int hurry; /* an enum obol_store_hurry */
    int wake;         /* eventfd that is readable while `hurry`; -1 where it is not needed */

    /* guarded by the lock of all stores */
    struct obol_store *next;
    pthread_t thread;
    pthread_cond_t changed;
    size_t held;   /* by who waits for its thread: it must stay */
    bool running;  /* there is a thread to be joined */
    bool ended;    /* ... which will not touch this any more */
    bool closing;  /* it ends when the queue is empty */
    bool stopping; /* it ends now */
    bool pause;    /* a fork waits for it to rest */
    bool resting;
    struct obol_store_unit *queue, **queue_end;
    struct obol_store_stats stats;
};

void obol_store_lock(void);
void obol_store_unlock(void);

/* store.c */
void obol_store_sleep(struct obol_store *store); /* with the lock, until it is changed */

/* work.c: what the thread does */
void *obol_store_work(void *store);

/* Ends a unit: with results, or with the error that stands in unit->err. */
void obol_store_answer(struct obol_store_unit *unit);
void obol_store_refuse(struct obol_store_unit *unit, const struct obol_err *err, bool retryable);
void obol_store_count_opened(struct obol_store *store);
void obol_store_count_group(struct obol_store *store);
void obol_store_count_prepared(struct obol_store *store);
