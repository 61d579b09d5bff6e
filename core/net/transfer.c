#include "base/clock.h"
#include "net/engine.h"

/* The life of a call between queue and result. */

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
    obol_net_lock();
    if (call->canceled)
        call->stop = OBOL_NET_CANCELED;
    else if (call->sent && !call->repeat_safe)
        call->stop = OBOL_NET_REPEATED;
    else
        call->sent = true;
    obol_net_unlock();
    if (call->stop != OBOL_NET_GOES_ON)
        return false;
    if (call->options.first_byte_ms != 0) {
        call->first_byte_until_ms = obol_clock_monotonic_ms() + call->options.first_byte_ms;
        watch_first_byte(call->first_byte_until_ms);
    }
    return true;
}

/* The transfer has ended, or ends here; the result goes where somebody waits for it. */
static void finish(struct obol_net_call *call, CURLcode code)
{
    obol_net_pools_remove(call);
    obol_net_lock();
    *call->self = call->next;
    if (call->next != NULL)
        call->next->self = call->self;
    engine->pending--;
    engine->failed = engine->failed || code != CURLE_OK;
    engine->cancels -= call->canceled ? 1 : 0;
    obol_net_unlock();
    obol_net_conclude(call, code);
    if (!obol_completion_finish(call->id, &call->result))
        obol_net_call_free(call);
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
        call->begins_next = next;
        call->next = engine->under_way;
        call->self = &engine->under_way;
        if (call->next != NULL)
            call->next->self = &call->next;
        engine->under_way = call;
        engine->started++;
    }
    obol_net_unlock();
    for (struct obol_net_call *call = queue, *next; call != NULL; call = next) {
        next = call->begins_next;
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
    obol_net_lock();
    struct obol_net_call *call = engine->cancels != 0 ? engine->under_way : NULL;
    while (call != NULL && !call->canceled)
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
    struct obol_net_call *call = NULL;
    while ((call = obol_net_pools_finished(&code)) != NULL)
        finish(call, code);
}
