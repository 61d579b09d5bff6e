#pragma once

/* What the files of the table share; all of it is guarded by its lock. */

#include "completion/completion.h"
#include "completion/idmap.h"

#include <pthread.h>

struct obol_completion_entry {
    struct obol_idmap_node node; /* first, so that a node is an entry */
    struct obol_completion_owner *owner;
    void (*destroy)(void *result);
    void *result;
    int64_t keep_ms;
    int64_t expires_ms;
    bool done;
    struct obol_completion_entry *newer; /* the owner's done entries, in their order; of spare
                                            ones the next */
    struct obol_completion_entry *older;
};

struct obol_completion_owner {
    size_t entries;
    struct obol_completion_entry *oldest; /* finished, not taken */
    struct obol_completion_entry *newest;
    struct obol_completion_entry *untold; /* the first of these that poll has not told yet */
};

struct obol_completion_table {
    OBOL_OWN_LINES pthread_mutex_t lock;
    pthread_cond_t changed;
    struct obol_idmap map;
    struct obol_completion_entry *spare; /* for ids to come */
    size_t spares;
    uint64_t last_id;
    int64_t next_expiry_ms; /* 0: nothing to expire */
    size_t waiters;
    struct obol_completion_stats stats;
    int wake; /* of the announcer, -1: there is none */
    struct obol_idlist finished;
};

extern struct obol_completion_table obol_completion_table;

void obol_completion_lock(void);
void obol_completion_unlock(void);
struct obol_completion_entry *obol_completion_find(uint64_t id); /* null: there is none */

/* announce.c */
void obol_completion_tell(uint64_t id);
