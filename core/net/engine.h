#pragma once

/* Between the files of the transport. What has no other word belongs to the thread that holds the
 * turn (turn.c says who that is). */

#include "net/call.h"

#include <pthread.h>
#include <stdatomic.h>

/* Guarded by the lock, except where it says otherwise. */
struct obol_net_engine {
    OBOL_OWN_LINES pthread_mutex_t lock;
    pthread_cond_t parked; /* the background thread sleeps here */
    pthread_t id;
    bool open;            /* the descriptors are there */
    atomic_bool stopping; /* the process ends; read without the lock too */
    bool driving;         /* somebody holds the turn */
    bool thread;          /* the background thread runs */
    bool idle;            /* ... and sleeps until it is called */
    bool urgent;          /* there are calls that nobody works on */
    bool woken;           /* the descriptor has been written to */
    bool failed;          /* a transfer of this turn ended badly */
    struct obol_net_call *queue, **queue_end;
    struct obol_net_call *under_way; /* walked without the lock by the turn's holder */
    atomic_size_t pending;           /* queued and under way; read without the lock too */
    atomic_size_t cancels;           /* of these, to be stopped; read without the lock too */
    uint64_t started;
    int64_t released_ms; /* when the turn was last given back */
};

extern struct obol_net_engine obol_net_engine;

/* engine.c */
void obol_net_lock(void);
void obol_net_unlock(void);
void obol_net_wake(void); /* with the lock: whoever works looks at the queue again */

/* turn.c */
void obol_net_start_thread(void); /* with the lock */

/* transfer.c: the calls under way */
void obol_net_begin_queued(void);
void obol_net_stop_due(void);  /* canceled, or without a first byte in time */
void obol_net_collect(void);   /* hands over what has ended */
int64_t obol_net_due_ms(void); /* when to look for missing first bytes, 0: never */
bool obol_net_may_send(struct obol_net_call *call) OBOL_MUST_USE; /* asked before each sending */

/* handle.c: what makes one transfer after another; all that a pool has in common is set once */
struct obol_net_handle {
    CURL *easy;
    CURLU *address;   /* of the call; between two calls the origin of the last */
    char origin[128]; /* scheme, host and port in it, as they were given */
    size_t origin_size;
    struct obol_net_call *call;
    int64_t connect_ms;           /* as it was set last */
    bool posts;                   /* the last call's method was POST */
    struct obol_net_handle *next; /* among the idle ones of its pool */
};

/* Set up for calls of the same pool as this one; null when memory is short. */
struct obol_net_handle *obol_net_handle_new(const struct obol_net_call *call) OBOL_MUST_USE;
void obol_net_handle_free(struct obol_net_handle *handle);
CURLcode obol_net_handle_set(struct obol_net_handle *handle,
                             struct obol_net_call *call) OBOL_MUST_USE;
void obol_net_handle_clear(struct obol_net_handle *handle);
uint64_t obol_net_connections(void); /* opened so far; any thread */

/* pool.c: sets of connections, and the descriptors of all of them */
bool obol_net_pools_open(void) OBOL_MUST_USE; /* with the lock, before all else */
void obol_net_pools_close(void);
void obol_net_pools_forget(void); /* in a forked child */
void obol_net_pools_wake(void);   /* with the lock */
int obol_net_pools_wake_fd(void); /* what it writes to */
void obol_net_pools_closing(curl_socket_t socket);
size_t obol_net_pools_count(void); /* any thread */
/* Gives the call a pool and starts its transfer. */
CURLcode obol_net_pools_start(struct obol_net_call *call) OBOL_MUST_USE;
/* Takes the transfer out, finished or not; its connection is kept if it is still good. */
void obol_net_pools_remove(struct obol_net_call *call);
/* Calls libcurl where its time has come; answers how long until the next, at most `most_ms`. */
int64_t obol_net_pools_tick(int64_t most_ms);
/* Waits for the network for at most so long, and lets libcurl act on what came. */
void obol_net_pools_wait(int64_t timeout_ms);
/* The next transfer that has ended, or null. */
struct obol_net_call *obol_net_pools_finished(CURLcode *code);

/* watch.c: the sockets that epoll watches, each for a pool */
void obol_net_watch_opened(int fd);
void obol_net_watch_closing(int epoll, int fd);
bool obol_net_watch_set(int epoll, int fd, uint32_t slot, uint32_t events) OBOL_MUST_USE;
void obol_net_watch_leave(int epoll, int fd); /* libcurl asks for nothing now */
bool obol_net_watch_wants(int epoll, int fd, uint32_t slot) OBOL_MUST_USE;
void obol_net_watch_forget(bool in_child);

/* allocator.c: memory of libcurl is wiped when it is given back. */
CURLcode obol_net_global_init(void) OBOL_MUST_USE;
void obol_net_allocator_turn(bool begins); /* this thread takes or leaves the turn */
void obol_net_allocator_forget(void);      /* in a forked child */
