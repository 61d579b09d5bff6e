#include "completion/table.h"
#include "base/clock.h"
#include "base/secret.h"

#include <time.h>

enum { SPARES_MAX = 256 };

struct obol_completion_table obol_completion_table = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                                      .wake = -1};

static struct obol_completion_table *const table = &obol_completion_table;

static void make_condition(void)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&table->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void expect_expiry(const struct obol_completion_entry *entry)
{
    if (entry->expires_ms != OBOL_COMPLETION_FOR_GOOD &&
        (table->next_expiry_ms == 0 || entry->expires_ms < table->next_expiry_ms))
        table->next_expiry_ms = entry->expires_ms;
}

static void mark_done(struct obol_completion_entry *entry)
{
    struct obol_completion_owner *owner = entry->owner;
    entry->done = true;
    entry->expires_ms = entry->keep_ms;
    if (entry->keep_ms != OBOL_COMPLETION_FOR_GOOD)
        entry->expires_ms += obol_clock_monotonic_ms();
    entry->older = owner->newest;
    *(owner->newest != NULL ? &owner->newest->newer : &owner->oldest) = entry;
    owner->newest = entry;
    if (owner->untold == NULL)
        owner->untold = entry;
    table->stats.pending--;
    table->stats.done++;
    expect_expiry(entry);
}

static void before_fork(void)
{
    pthread_mutex_lock(&table->lock);
}

static void in_parent(void)
{
    pthread_mutex_unlock(&table->lock);
}

/* The threads that do the work stay with the parent: what was under way there ends here without a
 * result. Finished results are plain memory and can still be taken. */
static void in_child(void)
{
    make_condition();
    table->waiters = 0;
    table->wake = -1;
    table->finished.count = 0;
    for (size_t i = 0; i < table->map.bucket_count; i++) {
        struct obol_idmap_node *node = table->map.buckets[i];
        for (; node != NULL; node = node->next) {
            struct obol_completion_entry *entry = (struct obol_completion_entry *)node;
            if (!entry->done)
                mark_done(entry);
        }
    }
    pthread_mutex_unlock(&table->lock);
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

void obol_completion_lock(void)
{
    obol_completion_prepare();
    pthread_mutex_lock(&table->lock);
}

void obol_completion_unlock(void)
{
    pthread_mutex_unlock(&table->lock);
}

struct obol_completion_entry *obol_completion_find(uint64_t id)
{
    return (struct obol_completion_entry *)obol_idmap_find(&table->map, id);
}

/* The entry has left the map; its result is destroyed later, without the lock. */
static void forget(struct obol_completion_entry *entry)
{
    struct obol_completion_owner *owner = entry->owner;
    owner->entries--;
    if (!entry->done) {
        table->stats.pending--;
        return;
    }
    *(entry->older != NULL ? &entry->older->newer : &owner->oldest) = entry->newer;
    *(entry->newer != NULL ? &entry->newer->older : &owner->newest) = entry->older;
    if (owner->untold == entry)
        owner->untold = entry->newer;
    table->stats.done--;
}

static void destroy_entry(struct obol_completion_entry *entry)
{
    if (entry->result != NULL)
        entry->destroy(entry->result);
    obol_secret_free(entry, sizeof *entry);
}

static void destroy_chain(struct obol_idmap_node *node)
{
    while (node != NULL) {
        struct obol_idmap_node *next = node->next;
        destroy_entry((struct obol_completion_entry *)node);
        node = next;
    }
}

static bool is_expired(struct obol_idmap_node *node, void *context)
{
    struct obol_completion_entry *entry = (struct obol_completion_entry *)node;
    const int64_t *now = context;
    if (!entry->done)
        return false;
    if (entry->expires_ms > *now) {
        expect_expiry(entry);
        return false;
    }
    forget(entry);
    table->stats.expired++;
    return true;
}

/* What nobody took in time; looked for only when something is due. */
static struct obol_idmap_node *extract_expired(void)
{
    if (table->next_expiry_ms == 0)
        return NULL;
    int64_t now = obol_clock_monotonic_ms();
    if (now < table->next_expiry_ms)
        return NULL;
    table->next_expiry_ms = 0;
    return obol_idmap_extract(&table->map, is_expired, &now);
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
    struct obol_completion_entry *entry = (struct obol_completion_entry *)node;
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
    obol_completion_lock();
    if (owner->entries != 0)
        gone = obol_idmap_extract(&table->map, belongs, owner);
    obol_completion_unlock();
    destroy_chain(gone);
    obol_secret_free(owner, sizeof *owner);
}

static struct obol_completion_entry *make_entry(void)
{
    struct obol_completion_entry *entry = table->spare;
    if (entry == NULL)
        return obol_secret_alloc(sizeof *entry);
    table->spare = entry->newer;
    table->spares--;
    return entry;
}

static void free_entry(struct obol_completion_entry *entry)
{
    if (table->spares == SPARES_MAX) {
        obol_secret_free(entry, sizeof *entry);
        return;
    }
    entry->newer = table->spare;
    table->spare = entry;
    table->spares++;
}

uint64_t obol_completion_open(struct obol_completion_owner *owner, void (*destroy)(void *result),
                              int64_t keep_ms)
{
    uint64_t id = 0;
    obol_completion_lock();
    struct obol_idmap_node *expired = extract_expired();
    struct obol_completion_entry *entry = make_entry();
    if (entry != NULL) {
        *entry = (struct obol_completion_entry){
            .node.id = table->last_id + 1, .owner = owner, .destroy = destroy, .keep_ms = keep_ms};
        if (obol_idmap_add(&table->map, &entry->node)) {
            id = ++table->last_id;
            owner->entries++;
            table->stats.pending++;
        } else {
            free_entry(entry);
        }
    }
    obol_completion_unlock();
    destroy_chain(expired);
    return id;
}

void obol_completion_finish_all(struct obol_completion_done *done, size_t count)
{
    bool any = false;
    obol_completion_lock();
    for (size_t i = 0; i < count; i++) {
        struct obol_completion_entry *entry = obol_completion_find(done[i].id);
        if (entry == NULL)
            continue;
        entry->result = done[i].result;
        done[i].result = NULL;
        mark_done(entry);
        obol_completion_tell(done[i].id);
        any = true;
    }
    if (any && table->waiters != 0)
        pthread_cond_broadcast(&table->changed);
    obol_completion_unlock();
}

bool obol_completion_finish(uint64_t id, void *result)
{
    struct obol_completion_done done = {.id = id, .result = result};
    obol_completion_finish_all(&done, 1);
    return done.result == NULL;
}

/* The entry is gone then. */
static void *take_result(struct obol_completion_entry *entry)
{
    void *result = entry->result;
    obol_idmap_remove(&table->map, &entry->node);
    forget(entry);
    free_entry(entry);
    return result;
}

enum obol_completion_state obol_completion_take(struct obol_completion_owner *owner, uint64_t id,
                                                void **result, obol_completion_destroyer **kind)
{
    *result = NULL;
    enum obol_completion_state state = OBOL_COMPLETION_NONE;
    obol_completion_lock();
    struct obol_idmap_node *expired = extract_expired();
    struct obol_completion_entry *entry = obol_completion_find(id);
    if (entry != NULL && entry->owner == owner)
        state = entry->done ? OBOL_COMPLETION_DONE : OBOL_COMPLETION_PENDING;
    if (kind != NULL)
        *kind = state != OBOL_COMPLETION_NONE ? entry->destroy : NULL;
    if (state == OBOL_COMPLETION_DONE)
        *result = take_result(entry);
    obol_completion_unlock();
    destroy_chain(expired);
    return state;
}

uint64_t obol_completion_take_next(struct obol_completion_owner *owner, void **result,
                                   obol_completion_destroyer **kind)
{
    uint64_t id = 0;
    *result = NULL;
    *kind = NULL;
    obol_completion_lock();
    if (owner->untold != NULL) {
        id = owner->untold->node.id;
        *kind = owner->untold->destroy;
        *result = take_result(owner->untold);
    }
    obol_completion_unlock();
    return id;
}

obol_completion_destroyer *obol_completion_kind(struct obol_completion_owner *owner, uint64_t id)
{
    obol_completion_lock();
    const struct obol_completion_entry *entry = obol_completion_find(id);
    obol_completion_destroyer *kind =
        entry != NULL && entry->owner == owner ? entry->destroy : NULL;
    obol_completion_unlock();
    return kind;
}

enum obol_completion_state obol_completion_drop(struct obol_completion_owner *owner, uint64_t id)
{
    enum obol_completion_state state = OBOL_COMPLETION_NONE;
    obol_completion_lock();
    struct obol_completion_entry *entry = obol_completion_find(id);
    if (entry != NULL && entry->owner == owner) {
        state = entry->done ? OBOL_COMPLETION_DONE : OBOL_COMPLETION_PENDING;
        obol_idmap_remove(&table->map, &entry->node);
        forget(entry);
    }
    obol_completion_unlock();
    if (state != OBOL_COMPLETION_NONE)
        destroy_entry(entry);
    return state;
}

size_t obol_completion_poll(struct obol_completion_owner *owner, uint64_t *ids, size_t room)
{
    size_t count = 0;
    obol_completion_lock();
    for (; count < room && owner->untold != NULL; owner->untold = owner->untold->newer)
        ids[count++] = owner->untold->node.id;
    obol_completion_unlock();
    return count;
}

struct obol_completion_stats obol_completion_stats(void)
{
    obol_completion_lock();
    struct obol_idmap_node *expired = extract_expired();
    struct obol_completion_stats stats = table->stats;
    obol_completion_unlock();
    destroy_chain(expired);
    return stats;
}
