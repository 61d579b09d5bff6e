#include "store/engine.h"

#include "base/secret.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* All stores of the process: their beginning and end, and the queue of each. */

enum { EXIT_S = 5 }; /* how long the end of the process waits for a thread that does not end */

static struct {
    pthread_mutex_t lock;
    struct obol_store *first;
    bool stopping;
} stores = {.lock = PTHREAD_MUTEX_INITIALIZER};

void obol_store_lock(void)
{
    pthread_mutex_lock(&stores.lock);
}

void obol_store_unlock(void)
{
    pthread_mutex_unlock(&stores.lock);
}

void obol_store_sleep(struct obol_store *store)
{
    pthread_cond_wait(&store->changed, &stores.lock);
}

struct obol_store_options obol_store_defaults(void)
{
    return (struct obol_store_options){.busy_ms = 5000,
                                       .connect_ms = 5000,
                                       .timeout_ms = 30000,
                                       .keep_ms = 300000,
                                       .max_result = 16 * 1024 * 1024,
                                       .check = OBOL_STORE_CHECK_QUICK};
}

/* With the lock. */
static void hurry(struct obol_store *store, enum obol_store_hurry how)
{
    atomic_store(&store->hurry, how);
    uint64_t count = 1;
    ssize_t done = 0;
    if (store->wake >= 0)
        done = how != OBOL_STORE_CALM ? write(store->wake, &count, sizeof count)
                                      : read(store->wake, &count, sizeof count);
    (void)done;
    pthread_cond_broadcast(&store->changed);
}

/* With the lock, which is given up meanwhile: until the thread has ended, or rests. */
static void wait_for(struct obol_store *store, bool rest)
{
    store->held++;
    while (store->running && !store->ended && !(rest && store->resting))
        obol_store_sleep(store);
    store->held--;
}

static struct obol_store *find_busy(void)
{
    struct obol_store *store = stores.first;
    while (store != NULL && (store->backend->rest == NULL || !store->running || store->ended ||
                             (store->pause && store->resting)))
        store = store->next;
    return store;
}

/* The lock is kept over the fork, so that no list is cut in the middle. */
static void before_fork(void)
{
    struct obol_store *store = NULL;
    obol_store_lock();
    while ((store = find_busy()) != NULL) {
        store->pause = true;
        hurry(store, OBOL_STORE_PAUSE);
        wait_for(store, true);
    }
}

static void in_parent(void)
{
    for (struct obol_store *store = stores.first; store != NULL; store = store->next) {
        if (!store->pause)
            continue;
        store->pause = false;
        hurry(store, store->stopping ? OBOL_STORE_STOP : OBOL_STORE_CALM);
    }
    obol_store_unlock();
}

static void free_queue(struct obol_store *store)
{
    for (struct obol_store_unit *unit = store->queue, *next; unit != NULL; unit = next) {
        next = unit->next;
        obol_store_unit_free(unit);
    }
    store->queue = NULL;
    store->queue_end = &store->queue;
    store->stats.pending = 0;
}

/* Threads and connections stay with the parent, and so does what they were asked to do. A store is
 * opened anew by the first unit that the child submits. */
static void in_child(void)
{
    for (struct obol_store *store = stores.first; store != NULL; store = store->next) {
        pthread_cond_init(&store->changed, NULL);
        store->running = store->ended = store->pause = store->resting = false;
        if (store->wake >= 0)
            close(store->wake);
        store->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        atomic_store(&store->hurry, OBOL_STORE_CALM);
        free_queue(store);
        store->backend->forget(store->base);
    }
    obol_store_unlock();
}

/* Taken out of the list, with its thread ended or never begun. */
static void destroy(struct obol_store *store)
{
    free_queue(store);
    if (store->wake >= 0)
        close(store->wake);
    pthread_cond_destroy(&store->changed);
    store->backend->unmake(store->base);
    obol_secret_free(store->url, store->url_size);
    obol_secret_free(store, sizeof *store);
}

/* With the lock: takes out a closed store whose thread has ended, or null. */
static struct obol_store *take_ended(void)
{
    for (struct obol_store **at = &stores.first; *at != NULL; at = &(*at)->next) {
        struct obol_store *store = *at;
        if (!store->closing || store->held != 0 || (store->running && !store->ended))
            continue;
        *at = store->next;
        return store;
    }
    return NULL;
}

static void reap(void)
{
    struct obol_store *store = NULL;
    do {
        obol_store_lock();
        store = take_ended();
        obol_store_unlock();
        if (store != NULL && store->running)
            pthread_join(store->thread, NULL);
        if (store != NULL)
            destroy(store);
    } while (store != NULL);
}

/* The threads end before libraries under them clean up. One that hangs, as on a disk or a name
 * server that does not answer, is left where it is. */
static void at_exit(void)
{
    obol_store_lock();
    stores.stopping = true;
    for (struct obol_store *store = stores.first; store != NULL; store = store->next) {
        store->stopping = store->closing = true;
        hurry(store, OBOL_STORE_STOP);
    }
    struct obol_store *store = stores.first;
    stores.first = NULL;
    obol_store_unlock();
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += EXIT_S;
    for (struct obol_store *next; store != NULL; store = next) {
        next = store->next;
        if (!store->running || pthread_timedjoin_np(store->thread, NULL, &until) == 0)
            destroy(store);
    }
}

static bool prepared;

/* Registered once more, behind what libpq stands on, so that it runs before that ends. */
static void prepare_server(void)
{
    if (obol_store_postgres_version() != NULL)
        prepared = prepared && atexit(at_exit) == 0;
}

static void prepare(void)
{
    obol_completion_prepare();
    prepared = pthread_atfork(before_fork, in_parent, in_child) == 0 && atexit(at_exit) == 0;
}

static struct obol_store *make(const struct obol_store_backend *backend, struct obol_slice url,
                               const struct obol_store_options *options)
{
    struct obol_store *store = obol_secret_alloc(sizeof *store);
    if (store == NULL)
        return NULL;
    *store = (struct obol_store){.backend = backend,
                                 .options = *options,
                                 .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                                 .url_size = url.size + 1};
    store->queue_end = &store->queue;
    pthread_cond_init(&store->changed, NULL);
    store->url = obol_secret_alloc(store->url_size);
    if (store->url != NULL) {
        memcpy(store->url, url.data, url.size);
        store->url[url.size] = '\0';
        store->base = backend->make(store);
    }
    if (store->base != NULL)
        return store;
    obol_secret_free(store->url, store->url != NULL ? store->url_size : 0);
    if (store->wake >= 0)
        close(store->wake);
    obol_secret_free(store, sizeof *store);
    return NULL;
}

struct obol_store *obol_store_open(struct obol_slice url, const struct obol_store_options *options,
                                   struct obol_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    reap();
    bool file = obol_slice_starts(url, "sqlite:");
    bool server = obol_slice_starts(url, "postgres://") || obol_slice_starts(url, "postgresql://");
    static pthread_once_t server_once = PTHREAD_ONCE_INIT;
    if (server)
        pthread_once(&server_once, prepare_server);
    struct obol_slice place = file ? obol_slice(url.data + 7, url.size - 7) : url;
    if (!(file || server) || place.size == 0 || memchr(place.data, '\0', place.size) != NULL) {
        obol_fail(err, OBOL_ERR_INVALID, "ledger", "expected `sqlite:<path>` or `postgres://...`");
        return NULL;
    }
    struct obol_store *store =
        prepared ? make(file ? &obol_store_sqlite : &obol_store_postgres, place, options) : NULL;
    if (store == NULL) {
        obol_fail(err, OBOL_ERR_INTERNAL, "", "out of memory");
        return NULL;
    }
    obol_store_lock();
    store->next = stores.first;
    stores.first = store;
    obol_store_unlock();
    return store;
}

void obol_store_close(struct obol_store *store, bool wait)
{
    if (store == NULL)
        return;
    obol_store_lock();
    store->closing = true;
    pthread_cond_broadcast(&store->changed);
    if (wait)
        wait_for(store, false);
    obol_store_unlock();
    reap();
}

/* With the lock. All signals stay with the host's threads. */
static bool start_thread(struct obol_store *store)
{
    if (store->running)
        return true;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    store->running = pthread_create(&store->thread, NULL, obol_store_work, store) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return store->running;
}

/* With the lock. */
static bool enqueue(struct obol_store *store, struct obol_store_unit *unit, struct obol_err *err)
{
    if (store->stats.pending >= OBOL_STORE_PENDING_MAX)
        return obol_fail(err, OBOL_ERR_STORAGE, "", "too many units of work wait");
    if (stores.stopping || store->closing || !start_thread(store))
        return obol_fail(err, OBOL_ERR_STORAGE, "", "the database is closed");
    *store->queue_end = unit;
    store->queue_end = &unit->next;
    store->stats.pending++;
    pthread_cond_broadcast(&store->changed);
    return true;
}

void obol_store_destroy(void *unit)
{
    obol_store_unit_free(unit);
}

uint64_t obol_store_submit(struct obol_store *store, struct obol_completion_owner *owner,
                           struct obol_store_unit *unit, bool for_good, struct obol_err *err)
{
    int64_t keep_ms = for_good ? OBOL_COMPLETION_FOR_GOOD : store->options.keep_ms;
    uint64_t id = obol_completion_open(owner, obol_store_destroy, keep_ms);
    if (id == 0) {
        obol_fail(err, OBOL_ERR_INTERNAL, "", "out of memory");
        return 0;
    }
    unit->id = id;
    unit->next = NULL;
    unit->results_max = store->options.max_result;
    obol_store_lock();
    bool queued = enqueue(store, unit, err);
    obol_store_unlock();
    if (queued)
        return id;
    (void)obol_completion_drop(owner, id);
    return 0;
}

struct obol_store_stats obol_store_stats(struct obol_store *store)
{
    obol_store_lock();
    struct obol_store_stats stats = store->stats;
    obol_store_unlock();
    return stats;
}
