#include "base/clock.h"
#include "completion/table.h"

#include <errno.h>
#include <time.h>

/* Who sleeps until something is done. */

static struct obol_completion_table *const table = &obol_completion_table;

static bool is_ready(const struct obol_completion_owner *owner, uint64_t id)
{
    if (id == 0)
        return owner->oldest != NULL || owner->entries == 0;
    const struct obol_completion_entry *entry = obol_completion_find(id);
    return entry == NULL || entry->owner != owner || entry->done;
}

bool obol_completion_ready(struct obol_completion_owner *owner, uint64_t id)
{
    obol_completion_lock();
    bool ready = is_ready(owner, id);
    obol_completion_unlock();
    return ready;
}

bool obol_completion_wait(struct obol_completion_owner *owner, uint64_t id, int64_t timeout_ms)
{
    int64_t until_ms = obol_clock_monotonic_ms() + timeout_ms;
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000) * 1000000};
    obol_completion_lock();
    table->waiters++;
    bool ready = is_ready(owner, id);
    int result = 0;
    while (!ready && result != ETIMEDOUT) {
        result = timeout_ms < 0 ? pthread_cond_wait(&table->changed, &table->lock)
                                : pthread_cond_timedwait(&table->changed, &table->lock, &until);
        ready = is_ready(owner, id);
    }
    table->waiters--;
    obol_completion_unlock();
    return ready;
}

size_t obol_completion_waiters(void)
{
    obol_completion_lock();
    size_t waiters = table->waiters;
    obol_completion_unlock();
    return waiters;
}
