#include "base/clock.h"
#include "net/engine.h"

/* The life of a call between queue and result. */

enum { AT_ONCE = 64 }; /* results that are handed over together */

static struct obol_net_engine *const engine = &obol_net_engine;

static int64_t first_byte_due_ms; /* not later than the earliest of the calls under way; 0: none */

int64_t obol_net_due_ms(void)
{
    return first_byte_due_ms;
}

static void watch_first_byte(int64_t until_ms)
{
    if (first_byte_due_ms == 0 || until_ms < first_byte_due_ms)
        first_byte_due_ms = until_ms;
}

/* libcurl sends again by itself when a reused connection dies; here that is refused unless the
 * operation says that it may arrive twice. */
bool obol_net_may_send(struct obol_net_call *call)
{
    unsigned marks = atomic_load(&call->marks);
    do {
        if ((marks & OBOL_NET_MARK_CANCELED) != 0)
            call->stop = OBOL_NET_CANCELED;
        else if ((marks & OBOL_NET_MARK_SENT) != 0 && !call->repeat_safe)
            call->stop = OBOL_NET_REPEATED;
        if (call->stop != OBOL_NET_GOES_ON)
            return false;
    } while (!atomic_compare_exchange_weak(&call->marks, &marks, marks | OBOL_NET_MARK_SENT));
    if (call->options.first_byte_ms != 0) {
        call->first_byte_until_ms = obol_clock_monotonic_ms() + call->options.first_byte_ms;
        watch_first_byte(call->first_byte_until_ms);
    }
    return true;
}

/* With the lock. */
static void take_out(struct obol_net_call *call)
{
    *call->self = call->next;
    if (call->next != NULL)
        call->next->self = call->self;
    engine->pending--;
    engine->failed = engine->failed || call->code != CURLE_OK;
    engine->cancels -= obol_net_call_has(call, OBOL_NET_MARK_CANCELED) ? 1 : 0;
}

/* Of calls that nobody waits for any more the results end here. */
static void hand_over(struct obol_completion_done *done, size_t count)
{
    obol_completion_finish_all(done, count);
    for (size_t i = 0; i < count; i++)
        obol_net_result_free(done[i].result);
}

/* These transfers have ended, or end here; the results go where somebody waits for them. */
static void finish_all(struct obol_net_call *first)
{
    for (struct obol_net_call *call = first; call != NULL; call = call->beside)
        obol_net_pools_remove(call);
    obol_net_lock();
    for (struct obol_net_call *call = first; call != NULL; call = call->beside)
        take_out(call);
    obol_net_unlock();
    struct obol_completion_done done[AT_ONCE];
    for (struct obol_net_call *call = first; call != NULL;) {
        size_t count = 0;
        for (; call != NULL && count < AT_ONCE; call = call->beside) {
            obol_net_conclude(call, call->code);
            done[count++] = (struct obol_completion_done){.id = call->id, .result = &call->result};
        }
        hand_over(done, count);
    }
}

static void finish(struct obol_net_call *call, CURLcode code)
{
    call->code = code;
    call->beside = NULL;
    finish_all(call);
}

static void begin(struct obol_net_call *call)
{
    CURLcode code = obol_net_pools_start(call);
    if (code != CURLE_OK)
        finish(call, code);
}

void obol_net_begin_queued(void)
{
    obol_net_lock();
    engine->woken = false;
    struct obol_net_call *queue = engine->queue;
    engine->queue = NULL;
    engine->queue_end = NULL;
    for (struct obol_net_call *call = queue, *next; call != NULL; call = next) {
        next = call->next;
        call->beside = next;
        call->next = engine->under_way;
        call->self = &engine->under_way;
        if (call->next != NULL)
            call->next->self = &call->next;
        engine->under_way = call;
        engine->started++;
    }
    obol_net_unlock();
    for (struct obol_net_call *call = queue, *next; call != NULL; call = next) {
        next = call->beside;
        begin(call);
    }
}

static void stop_call(struct obol_net_call *call, enum obol_net_stop why)
{
    call->stop = why;
    finish(call, CURLE_ABORTED_BY_CALLBACK);
}

static struct obol_net_call *find_canceled(void)
{
    if (engine->cancels == 0)
        return NULL;
    obol_net_lock();
    struct obol_net_call *call = engine->under_way;
    while (call != NULL && !obol_net_call_has(call, OBOL_NET_MARK_CANCELED))
        call = call->next;
    obol_net_unlock();
    return call;
}

static void stop_overdue(void)
{
    int64_t now = first_byte_due_ms != 0 ? obol_clock_monotonic_ms() : 0;
    if (first_byte_due_ms == 0 || now < first_byte_due_ms)
        return;
    first_byte_due_ms = 0;
    for (struct obol_net_call *call = engine->under_way, *next; call != NULL; call = next) {
        next = call->next;
        int64_t until_ms = call->first_byte_until_ms;
        if (until_ms != 0 && until_ms <= now)
            stop_call(call, OBOL_NET_NO_FIRST_BYTE);
        else if (until_ms != 0)
            watch_first_byte(until_ms);
    }
}

void obol_net_stop_due(void)
{
    struct obol_net_call *call = NULL;
    while ((call = find_canceled()) != NULL)
        stop_call(call, OBOL_NET_CANCELED);
    stop_overdue();
}

void obol_net_collect(void)
{
    CURLcode code = CURLE_OK;
    struct obol_net_call *call = NULL, *first = NULL, **end = &first;
    while ((call = obol_net_pools_finished(&code)) != NULL) {
        call->code = code;
        call->beside = NULL;
        *end = call;
        end = &call->beside;
    }
    if (first != NULL)
        finish_all(first);
}
