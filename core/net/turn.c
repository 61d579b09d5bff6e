#include "base/clock.h"
#include "base/thread.h"
#include "net/engine.h"

#include <signal.h>
#include <time.h>

/*
 * Who works. libcurl's handles belong to one thread at a time, the one that holds the turn:
 * - a caller that waits and finds the turn free takes it, so that a plain blocking call costs no
 *   change of threads;
 * - otherwise the background thread, which is there for calls that nobody waits for, and takes
 *   over whatever a caller leaves under way.
 */

enum {
    GRACE_MS = 10,      /* how long a caller may leave his calls alone between two waits */
    LONGEST_MS = 60000, /* the most that one look at the network takes */
};

static struct obol_net_engine *const engine = &obol_net_engine;

/* What a turn is for: one id of an owner, or with no owner all there is to do. */
struct turn {
    struct obol_completion_owner *owner;
    uint64_t id;
    int64_t until_ms; /* below 0: no limit */
};

static bool goes_on(const struct turn *turn)
{
    bool more = !engine->stopping && engine->pending != 0;
    if (!more || turn->owner == NULL)
        return more;
    return !obol_completion_ready(turn->owner, turn->id) &&
           (turn->until_ms < 0 || obol_clock_monotonic_ms() < turn->until_ms);
}

static int64_t sooner(int64_t wait, int64_t moment_ms)
{
    int64_t left = moment_ms - obol_clock_monotonic_ms();
    return left < wait ? (left > 0 ? left : 0) : wait;
}

static void work(const struct turn *turn)
{
    while (goes_on(turn)) {
        obol_net_begin_queued();
        obol_net_stop_due();
        int64_t wait = obol_net_pools_tick(LONGEST_MS);
        obol_net_collect();
        if (!goes_on(turn))
            return;
        if (obol_net_due_ms() != 0)
            wait = sooner(wait, obol_net_due_ms());
        if (turn->owner != NULL && turn->until_ms >= 0)
            wait = sooner(wait, turn->until_ms);
        obol_net_pools_wait(wait);
        obol_net_collect();
    }
}

/* With the lock held, which is given up meanwhile. */
static void hold_turn(const struct turn *turn)
{
    engine->driving = true;
    obol_net_unlock();
    obol_net_allocator_turn(true);
    work(turn);
    obol_net_allocator_turn(false);
    obol_net_lock();
    engine->driving = false;
    engine->released_ms = obol_clock_monotonic_ms();
}

static void sleep_until(int64_t moment_ms)
{
    struct timespec until = {.tv_sec = (time_t)(moment_ms / 1000),
                             .tv_nsec = (long)(moment_ms % 1000) * 1000000};
    pthread_cond_timedwait(&engine->parked, &engine->lock, &until);
}

static void *run(void *unused)
{
    (void)unused;
    const struct turn all = {.until_ms = -1};
    obol_thread_give_way();
    obol_net_lock();
    while (!engine->stopping) {
        int64_t now = obol_clock_monotonic_ms();
        int64_t left_alone_ms = engine->released_ms + GRACE_MS;
        if (engine->pending == 0) {
            engine->urgent = false;
            engine->idle = true;
            pthread_cond_wait(&engine->parked, &engine->lock);
            engine->idle = false;
        } else if (engine->driving) {
            sleep_until(now + GRACE_MS);
        } else if (!engine->urgent && now < left_alone_ms) {
            sleep_until(left_alone_ms);
        } else {
            hold_turn(&all);
        }
    }
    obol_net_unlock();
    return NULL;
}

/* All signals stay with the host's threads. */
void obol_net_start_thread(void)
{
    if (engine->thread || engine->stopping)
        return;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    engine->thread = pthread_create(&engine->id, NULL, run, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* The caller's turn is over. What is left goes to the background thread: at once when somebody
 * sleeps until it is done, otherwise after a while, as the caller may come back for it. */
static void hand_over(void)
{
    if (engine->pending == 0)
        return;
    obol_net_start_thread();
    if (obol_completion_waiters() != 0)
        engine->urgent = true;
    if (engine->urgent || engine->idle)
        pthread_cond_signal(&engine->parked);
}

/* A peer that closes must not end the process, whatever libcurl writes with: should a SIGPIPE be
 * waiting at the end, it is ours, as it could not have waited before. */
static void hold_turn_of_caller(const struct turn *turn)
{
    sigset_t pipe, before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    /* his results may be those of other work too */
    obol_completion_sleep_on(obol_net_pools_wake_fd());
    hold_turn(turn);
    obol_completion_sleep_on(-1);
    hand_over();
    bool failed = engine->failed;
    engine->failed = false;
    obol_net_unlock();
    if (sigismember(&before, SIGPIPE))
        return;
    const struct timespec now = {0};
    if (failed)
        (void)sigtimedwait(&pipe, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool obol_net_wait(struct obol_completion_owner *owner, uint64_t id, int64_t timeout_ms)
{
    struct turn turn = {.owner = owner, .id = id, .until_ms = -1};
    if (timeout_ms >= 0)
        turn.until_ms = obol_clock_monotonic_ms() + timeout_ms;
    for (;;) {
        if (obol_completion_ready(owner, id))
            return true;
        int64_t left = turn.until_ms < 0 ? -1 : turn.until_ms - obol_clock_monotonic_ms();
        if (turn.until_ms >= 0 && left <= 0)
            return false;
        obol_net_lock();
        if (!engine->driving && !engine->stopping && engine->pending != 0) {
            hold_turn_of_caller(&turn);
            continue;
        }
        obol_net_unlock();
        if (!obol_completion_wait(owner, id, left))
            return false;
    }
}
