#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Work that runs on another thread: an id while it is under way, a result when it is finished. Who
 * does the work and what a result is stay unknown here; transport and store use it alike. Safe
 * from any thread.
 *
 * An owner is one place that asks for work (a Lua state, a loop inside it). Only the owner can take
 * its results; results of an owner that is gone, and those that nobody takes in time, are
 * destroyed.
 */
struct obol_completion_owner;

enum obol_completion_state {
    OBOL_COMPLETION_NONE,    /* no such id: never given, taken, dropped or expired */
    OBOL_COMPLETION_PENDING, /* under way */
    OBOL_COMPLETION_DONE,
};

struct obol_completion_stats {
    size_t pending;
    size_t done;    /* finished, not yet taken */
    size_t expired; /* destroyed because nobody took them, since the process began */
};

/* Registers the handlers for a fork. Whoever calls in here with a lock held calls this before he
 * registers his own, so that fork takes the locks in the same order. */
void obol_completion_prepare(void);

/* Null when memory is short. */
struct obol_completion_owner *obol_completion_owner_new(void) OBOL_MUST_USE;
/* Its results are destroyed; work under way goes on, for nobody. Null is ignored. */
void obol_completion_owner_close(struct obol_completion_owner *owner);

/* A new id, 0 when memory is short. A result not taken `keep_ms` after it came is destroyed. */
#define OBOL_COMPLETION_FOR_GOOD INT64_MAX
uint64_t obol_completion_open(struct obol_completion_owner *owner, void (*destroy)(void *result),
                              int64_t keep_ms) OBOL_MUST_USE;

/* Hands over the result; false when nobody waits for it any more, then it stays the caller's. */
bool obol_completion_finish(uint64_t id, void *result) OBOL_MUST_USE;

/* The same of several at once, so that whoever waits is woken once. */
struct obol_completion_done {
    uint64_t id;
    void *result; /* null afterwards, unless it stays the caller's */
};
void obol_completion_finish_all(struct obol_completion_done *done, size_t count);

/* What destroys a result tells what kind it is of. */
typedef void obol_completion_destroyer(void *result);

/* When done, the result goes to the caller (null when a fork cut it off). `kind`, unless it is
 * null: of what is done or under way. */
enum obol_completion_state obol_completion_take(struct obol_completion_owner *owner, uint64_t id,
                                                void **result,
                                                obol_completion_destroyer **kind) OBOL_MUST_USE;

/* Takes the first of what the next obol_completion_poll would tell; 0 when there is none. */
uint64_t obol_completion_take_next(struct obol_completion_owner *owner, void **result,
                                   obol_completion_destroyer **kind) OBOL_MUST_USE;

/* Forgets the id and destroys its result; answers what it was. */
enum obol_completion_state obol_completion_drop(struct obol_completion_owner *owner, uint64_t id);

/* Whether there is nothing more to wait for: this id (0: one of the owner's) is done, or none is
 * under way. */
bool obol_completion_ready(struct obol_completion_owner *owner, uint64_t id);

/* Waits until it is ready; false when the time ran out. Below 0: no limit. */
bool obol_completion_wait(struct obol_completion_owner *owner, uint64_t id, int64_t timeout_ms);

/* The ids of the owner that became done since the last call; at most `room`. */
size_t obol_completion_poll(struct obol_completion_owner *owner, uint64_t *ids, size_t room);

/* Who waits for results of several kinds at once sleeps where only one of them is made, as on the
 * network: he names the eventfd that wakes him, -1 when he is done; the others wake him after they
 * have handed over theirs. */
void obol_completion_sleep_on(int fd);
void obol_completion_nudge(void);

/* Null: no such id. */
obol_completion_destroyer *obol_completion_kind(struct obol_completion_owner *owner, uint64_t id);

/* How many threads sleep in obol_completion_wait. */
size_t obol_completion_waiters(void);

struct obol_completion_stats obol_completion_stats(void);
