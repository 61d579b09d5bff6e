#include "base/clock.h"
#include "base/secret.h"
#include "completion/completion.h"
#include "completion/idmap.h"
#include "completion/internal.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

struct entry {
    struct obol_idmap_node node; /* first, so that a node is an entry */
    struct obol_completion_owner *owner;
    void (*destroy)(void *result);
    void *result;
    int64_t keep_ms;
    int64_t expires_ms;
    bool done;
    struct entry *newer; /* among the owner's done entries, in the order in which they came */
    struct entry *older;
};

struct obol_completion_owner {
    size_t entries;
    struct entry *oldest; /* finished, not taken */
    struct entry *newest;
    struct entry *untold; /* the first of these that poll has not told yet */
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct obol_idmap map;
    uint64_t last_id;
    int64_t next_expiry_ms; /* 0: nothing to expire */
    size_t waiters;
    struct obol_completion_stats stats;
    int wake; /* of the announcer, -1: there is none */
    struct obol_idlist finished;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = -1};

static void make_condition(void)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&table.changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void mark_done(struct entry *entry)
{
    struct obol_completion_owner *owner = entry->owner;
    entry->done = true;
    entry->expires_ms = obol_clock_monotonic_ms() + entry->keep_ms;
    entry->older = owner->newest;
    *(owner->newest != NULL ? &owner->newest->newer : &owner->oldest) = entry;
    owner->newest = entry;
    if (owner->untold == NULL)
        owner->untold = entry;
    table.stats.pending--;
    table.stats.done++;
    if (table.next_expiry_ms == 0 || entry->expires_ms < table.next_expiry_ms)
        table.next_expiry_ms = entry->expires_ms;
}

static void before_fork(void)
{
    pthread_mutex_lock(&table.lock);
}

static void in_parent(void)
{
    pthread_mutex_unlock(&table.lock);
}

/* The threads that do the work stay with the parent: what was under way there ends here without a
 * result. Finished results are plain memory and can still be taken. */
static void in_child(void)
{
    make_condition();
    table.waiters = 0;
    table.wake = -1;
    table.finished.count = 0;
    for (size_t i = 0; i < table.map.bucket_count; i++) {
        struct obol_idmap_node *node = table.map.buckets[i];
        for (; node != NULL; node = node->next) {
            struct entry *entry = (struct entry *)node;
            if (!entry->done)
                mark_done(entry);
        }
    }
    pthread_mutex_unlock(&table.lock);
}

static void prepare_once(void)
{
    make_condition();
    pthread_atfork(before_fork, in_parent, in_child);
}

void obol_completion_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare_once);
}

static void lock_table(void)
{
    obol_completion_prepare();
    pthread_mutex_lock(&table.lock);
}

static void unlock_table(void)
{
    pthread_mutex_unlock(&table.lock);
}

static struct entry *find(uint64_t id)
{
    return (struct entry *)obol_idmap_find(&table.map, id);
}

/* The entry has left the map; its result is destroyed later, without the lock. */
static void forget(struct entry *entry)
{
    struct obol_completion_owner *owner = entry->owner;
    owner->entries--;
    if (!entry->done) {
        table.stats.pending--;
        return;
    }
    *(entry->older != NULL ? &entry->older->newer : &owner->oldest) = entry->newer;
    *(entry->newer != NULL ? &entry->newer->older : &owner->newest) = entry->older;
    if (owner->untold == entry)
        owner->untold = entry->newer;
    table.stats.done--;
}

static void destroy_entry(struct entry *entry)
{
    if (entry->result != NULL)
        entry->destroy(entry->result);
    obol_secret_free(entry, sizeof *entry);
}

static void destroy_chain(struct obol_idmap_node *node)
{
    while (node != NULL) {
        struct obol_idmap_node *next = node->next;
        destroy_entry((struct entry *)node);
        node = next;
    }
}

static bool is_expired(struct obol_idmap_node *node, void *context)
{
    struct entry *entry = (struct entry *)node;
    const int64_t *now = context;
    if (!entry->done)
        return false;
    if (entry->expires_ms > *now) {
        if (table.next_expiry_ms == 0 || entry->expires_ms < table.next_expiry_ms)
            table.next_expiry_ms = entry->expires_ms;
        return false;
    }
    forget(entry);
    table.stats.expired++;
    return true;
}

/* What nobody took in time; looked for only when something is due. */
static struct obol_idmap_node *extract_expired(void)
{
    if (table.next_expiry_ms == 0)
        return NULL;
    int64_t now = obol_clock_monotonic_ms();
    if (now < table.next_expiry_ms)
        return NULL;
    table.next_expiry_ms = 0;
    return obol_idmap_extract(&table.map, is_expired, &now);
}

struct obol_completion_owner *obol_completion_owner_new(void)
{
    struct obol_completion_owner *owner = obol_secret_alloc(sizeof *owner);
    if (owner != NULL)
        *owner = (struct obol_completion_owner){0};
    return owner;
}

static bool belongs(struct obol_idmap_node *node, void *owner)
{
    struct entry *entry = (struct entry *)node;
    if (entry->owner != owner)
        return false;
    forget(entry);
    return true;
}

void obol_completion_owner_close(struct obol_completion_owner *owner)
{
    if (owner == NULL)
        return;
    struct obol_idmap_node *gone = NULL;
    lock_table();
    if (owner->entries != 0)
        gone = obol_idmap_extract(&table.map, belongs, owner);
    unlock_table();
    destroy_chain(gone);
    obol_secret_free(owner, sizeof *owner);
}

uint64_t obol_completion_open(struct obol_completion_owner *owner, void (*destroy)(void *result),
                              int64_t keep_ms)
{
    struct entry *entry = obol_secret_alloc(sizeof *entry);
    if (entry == NULL)
        return 0;
    *entry = (struct entry){.owner = owner, .destroy = destroy, .keep_ms = keep_ms};
    lock_table();
    struct obol_idmap_node *expired = extract_expired();
    entry->node.id = table.last_id + 1;
    uint64_t id = obol_idmap_add(&table.map, &entry->node) ? ++table.last_id : 0;
    if (id != 0) {
        owner->entries++;
        table.stats.pending++;
    }
    unlock_table();
    destroy_chain(expired);
    if (id == 0)
        obol_secret_free(entry, sizeof *entry);
    return id;
}

static void tell_announcer(uint64_t id)
{
    /* when memory is short only the announcement is lost: the result can still be taken */
    if (table.wake < 0 || !obol_idlist_add(&table.finished, id) || table.finished.count != 1)
        return;
    uint64_t one = 1;
    ssize_t written = write(table.wake, &one, sizeof one);
    (void)written; /* a full counter wakes as well */
}

bool obol_completion_finish(uint64_t id, void *result)
{
    lock_table();
    struct entry *entry = find(id);
    if (entry != NULL) {
        entry->result = result;
        mark_done(entry);
        tell_announcer(id);
        if (table.waiters != 0)
            pthread_cond_broadcast(&table.changed);
    }
    unlock_table();
    return entry != NULL;
}

enum obol_completion_state obol_completion_take(struct obol_completion_owner *owner, uint64_t id,
                                                void **result)
{
    *result = NULL;
    enum obol_completion_state state = OBOL_COMPLETION_NONE;
    lock_table();
    struct obol_idmap_node *expired = extract_expired();
    struct entry *entry = find(id);
    if (entry != NULL && entry->owner == owner)
        state = entry->done ? OBOL_COMPLETION_DONE : OBOL_COMPLETION_PENDING;
    if (state == OBOL_COMPLETION_DONE) {
        *result = entry->result;
        obol_idmap_remove(&table.map, &entry->node);
        forget(entry);
        obol_secret_free(entry, sizeof *entry);
    }
    unlock_table();
    destroy_chain(expired);
    return state;
}

enum obol_completion_state obol_completion_drop(struct obol_completion_owner *owner, uint64_t id)
{
    enum obol_completion_state state = OBOL_COMPLETION_NONE;
    lock_table();
    struct entry *entry = find(id);
    if (entry != NULL && entry->owner == owner) {
        state = entry->done ? OBOL_COMPLETION_DONE : OBOL_COMPLETION_PENDING;
        obol_idmap_remove(&table.map, &entry->node);
        forget(entry);
    }
    unlock_table();
    if (state != OBOL_COMPLETION_NONE)
        destroy_entry(entry);
    return state;
}

static bool is_ready(const struct obol_completion_owner *owner, uint64_t id)
{
    if (id == 0)
        return owner->oldest != NULL || owner->entries == 0;
    const struct entry *entry = find(id);
    return entry == NULL || entry->owner != owner || entry->done;
}

bool obol_completion_ready(struct obol_completion_owner *owner, uint64_t id)
{
    lock_table();
    bool ready = is_ready(owner, id);
    unlock_table();
    return ready;
}

bool obol_completion_wait(struct obol_completion_owner *owner, uint64_t id, int64_t timeout_ms)
{
    int64_t until_ms = obol_clock_monotonic_ms() + timeout_ms;
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000) * 1000000};
    lock_table();
    table.waiters++;
    bool ready = is_ready(owner, id);
    int result = 0;
    while (!ready && result != ETIMEDOUT) {
        result = timeout_ms < 0 ? pthread_cond_wait(&table.changed, &table.lock)
                                : pthread_cond_timedwait(&table.changed, &table.lock, &until);
        ready = is_ready(owner, id);
    }
    table.waiters--;
    unlock_table();
    return ready;
}

size_t obol_completion_poll(struct obol_completion_owner *owner, uint64_t *ids, size_t room)
{
    size_t count = 0;
    lock_table();
    for (; count < room && owner->untold != NULL; owner->untold = owner->untold->newer)
        ids[count++] = owner->untold->node.id;
    unlock_table();
    return count;
}

size_t obol_completion_waiters(void)
{
    lock_table();
    size_t waiters = table.waiters;
    unlock_table();
    return waiters;
}

struct obol_completion_stats obol_completion_stats(void)
{
    lock_table();
    struct obol_idmap_node *expired = extract_expired();
    struct obol_completion_stats stats = table.stats;
    unlock_table();
    destroy_chain(expired);
    return stats;
}

void obol_completion_announce(int wake)
{
    lock_table();
    table.wake = wake;
    unlock_table();
}

struct obol_idlist obol_completion_collect(void)
{
    lock_table();
    struct obol_idlist finished = table.finished;
    table.finished = (struct obol_idlist){0};
    unlock_table();
    return finished;
}

static bool list_done(struct obol_idmap_node *node, void *context)
{
    if (((struct entry *)node)->done)
        (void)obol_idlist_add(context, node->id);
    return false;
}

void obol_completion_list_done(struct obol_idlist *list)
{
    lock_table();
    (void)obol_idmap_extract(&table.map, list_done, list);
    unlock_table();
}

bool obol_completion_pending(uint64_t id)
{
    lock_table();
    const struct entry *entry = find(id);
    bool pending = entry != NULL && !entry->done;
    unlock_table();
    return pending;
}
