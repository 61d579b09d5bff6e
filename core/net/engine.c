#include "net/engine.h"

#include <stdlib.h>
#include <time.h>

/* The queue, and the beginning and end of the transport in a process. */

enum { EXIT_MS = 1000 }; /* how long the end of the process waits for a caller that works */

struct obol_net_engine obol_net_engine = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct obol_net_engine *const engine = &obol_net_engine;

void obol_net_lock(void)
{
    pthread_mutex_lock(&engine->lock);
}

void obol_net_unlock(void)
{
    pthread_mutex_unlock(&engine->lock);
}

static void make_condition(void)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&engine->parked, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* The child has no background thread and must not touch the parent's transfers: it begins anew. */
static void in_child(void)
{
    make_condition();
    engine->driving = engine->thread = engine->idle = engine->urgent = false;
    engine->woken = engine->open = false;
    engine->queue = engine->under_way = NULL;
    engine->queue_end = NULL;
    engine->pending = 0;
    engine->cancels = 0;
    obol_net_pools_forget();
    obol_completion_sleep_on(-1);
    obol_net_allocator_forget();
    obol_net_unlock();
}

void obol_net_wake(void)
{
    if (engine->driving && !engine->woken) {
        engine->woken = true;
        obol_net_pools_wake();
    }
    if (!engine->driving && engine->thread)
        pthread_cond_signal(&engine->parked);
}

/* Stops the background thread, then waits for a caller that still works. */
static void stop_work(void)
{
    obol_net_lock();
    engine->stopping = true;
    bool joinable = engine->thread;
    if (engine->open)
        obol_net_wake();
    pthread_cond_broadcast(&engine->parked);
    obol_net_unlock();
    if (joinable)
        pthread_join(engine->id, NULL);
    const struct timespec moment = {.tv_nsec = 1000000};
    bool driving = true;
    for (int i = 0; driving && i < EXIT_MS; i++) {
        obol_net_lock();
        driving = engine->driving;
        obol_net_unlock();
        if (driving)
            nanosleep(&moment, NULL);
    }
}

/* Registered after libcurl has started OpenSSL, so it runs before OpenSSL's own clean-up. */
static void at_exit(void)
{
    stop_work();
    obol_net_lock();
    bool closing = engine->open && !engine->driving;
    if (closing)
        engine->open = false;
    obol_net_unlock();
    if (!closing)
        return;
    while (engine->under_way != NULL) {
        struct obol_net_call *call = engine->under_way;
        engine->under_way = call->next;
        obol_net_pools_remove(call);
        obol_net_call_free(call);
    }
    obol_net_pools_close();
}

static CURLcode global_code;

static void prepare(void)
{
    obol_completion_prepare();
    global_code = obol_net_global_init();
    make_condition();
    if (pthread_atfork(obol_net_lock, obol_net_unlock, in_child) != 0 || atexit(at_exit) != 0)
        global_code = CURLE_FAILED_INIT;
}

/* With the lock. */
static bool open_engine(struct obol_err *err)
{
    if (engine->stopping)
        return obol_fail(err, OBOL_ERR_INTERNAL, "", "the process ends");
    if (!engine->open)
        engine->open = obol_net_pools_open();
    return engine->open || obol_fail(err, OBOL_ERR_INTERNAL, "", "too many open files");
}

static void destroy_result(void *result)
{
    obol_net_result_free(result);
}

/* With the lock. */
static uint64_t enqueue(struct obol_completion_owner *owner, struct obol_net_call *call, bool held,
                        struct obol_err *err)
{
    /* whoever waits comes for the result, however long something else holds him up */
    int64_t keep_ms = held ? OBOL_COMPLETION_FOR_GOOD : call->options.keep_ms;
    uint64_t id = obol_completion_open(owner, destroy_result, keep_ms);
    if (id == 0) {
        obol_fail(err, OBOL_ERR_INTERNAL, "", "out of memory");
        return 0;
    }
    call->id = id;
    *(engine->queue_end != NULL ? engine->queue_end : &engine->queue) = call;
    engine->queue_end = &call->next;
    engine->pending++;
    if (!held) {
        engine->urgent = true;
        obol_net_start_thread();
    }
    if (!held || engine->driving)
        obol_net_wake();
    return id;
}

uint64_t obol_net_submit(struct obol_completion_owner *owner, const struct obol_request *request,
                         const struct obol_net_options *options, bool held, struct obol_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    if (global_code != CURLE_OK) {
        obol_fail(err, OBOL_ERR_INTERNAL, "", "libcurl could not start");
        return 0;
    }
    struct obol_net_call *call = obol_net_call_new(request, options, err);
    if (call == NULL)
        return 0;
    obol_net_lock();
    uint64_t id = open_engine(err) ? enqueue(owner, call, held, err) : 0;
    obol_net_unlock();
    if (id == 0)
        obol_net_call_free(call);
    return id;
}

static struct obol_net_call *find_call(struct obol_net_call *call, uint64_t id)
{
    while (call != NULL && call->id != id)
        call = call->next;
    return call;
}

bool obol_net_cancel(struct obol_completion_owner *owner, uint64_t id,
                     enum obol_net_outcome *outcome)
{
    void *taken = NULL;
    if (obol_completion_take(owner, id, &taken, NULL) == OBOL_COMPLETION_DONE) {
        const struct obol_net_result *result = taken;
        *outcome =
            result != NULL ? result->outcome : OBOL_NET_UNKNOWN; /* null: a fork cut it off */
        obol_net_result_free(taken);
        return true;
    }
    enum obol_completion_state state = obol_completion_drop(owner, id);
    if (state == OBOL_COMPLETION_NONE)
        return false;
    *outcome = OBOL_NET_UNKNOWN; /* whatever it ended with in this very moment is gone */
    obol_net_lock();
    struct obol_net_call *call = find_call(engine->queue, id);
    if (call == NULL)
        call = find_call(engine->under_way, id);
    if (call != NULL && state == OBOL_COMPLETION_PENDING) {
        if ((atomic_fetch_or(&call->marks, OBOL_NET_MARK_CANCELED) & OBOL_NET_MARK_SENT) == 0)
            *outcome = OBOL_NET_NOT_SENT;
        engine->cancels++;
        obol_net_wake();
    }
    obol_net_unlock();
    return true;
}

struct obol_net_stats obol_net_stats(void)
{
    obol_net_lock();
    struct obol_net_stats stats = {.started = engine->started,
                                   .pending = engine->pending,
                                   .thread = engine->thread,
                                   .connections = obol_net_connections(),
                                   .pools = obol_net_pools_count()};
    obol_net_unlock();
    return stats;
}
