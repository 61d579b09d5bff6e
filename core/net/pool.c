#include "base/clock.h"
#include "base/secret.h"
#include "net/engine.h"

#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/*
 * libcurl reuses any connection of one multi handle that leads to the same place, whoever paid for
 * it. So calls that must not share connections (other credentials, other trust) get multi handles
 * of their own; one epoll descriptor watches the sockets of them all.
 *
 * For a new call libcurl looks through the connections of the multi handle from the first on, busy
 * ones too. So a pool takes SHARE calls at once, and what comes beyond goes to another pool of the
 * same key.
 */

enum {
    IDLE_POOLS_MAX = 64,
    IDLE_POOL_MS = 60000,
    SHARE = 16,
    CONNECTIONS_KEPT = 2 * SHARE, /* idle ones of a pool */
    HANDLES_KEPT = SHARE,
    EVENTS = 64,
    AT_ONCE = 0, /* a moment that has long come */
};

struct obol_net_pool {
    CURLM *multi;
    char *key;
    size_t key_size;
    struct obol_net_handle *idle;
    size_t idle_count;
    size_t under_way;
    int64_t timer_ms; /* when libcurl wants to be called, -1: not by time */
    int64_t used_ms;
    uint32_t slot;
};

static struct {
    struct obol_net_pool **slots; /* with holes */
    size_t slot_count;
    atomic_size_t count;
    size_t next; /* where the search for finished transfers goes on */
    int epoll;
    int wake;
} pools = {.epoll = -1, .wake = -1};

static const uint64_t WAKE = UINT64_MAX;

bool obol_net_pools_open(void)
{
    pools.epoll = epoll_create1(EPOLL_CLOEXEC);
    pools.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = WAKE};
    if (pools.epoll >= 0 && pools.wake >= 0 &&
        epoll_ctl(pools.epoll, EPOLL_CTL_ADD, pools.wake, &event) == 0)
        return true;
    obol_net_pools_forget();
    return false;
}

/* A forked child closes its copies of the descriptors; the registrations are the parent's. */
void obol_net_pools_forget(void)
{
    if (pools.epoll >= 0)
        close(pools.epoll);
    if (pools.wake >= 0)
        close(pools.wake);
    pools.epoll = pools.wake = -1;
    obol_net_watch_forget(true);
    pools.slots = NULL;
    pools.slot_count = 0;
    pools.next = 0;
    atomic_store(&pools.count, 0);
}

static void free_pool(struct obol_net_pool *pool)
{
    pools.slots[pool->slot] = NULL;
    atomic_fetch_sub(&pools.count, 1);
    while (pool->idle != NULL) {
        struct obol_net_handle *handle = pool->idle;
        pool->idle = handle->next;
        obol_net_handle_free(handle);
    }
    curl_multi_cleanup(pool->multi);
    obol_secret_free(pool->key, pool->key_size);
    obol_secret_free(pool, sizeof *pool);
}

void obol_net_pools_close(void)
{
    for (size_t i = 0; i < pools.slot_count; i++)
        if (pools.slots[i] != NULL)
            free_pool(pools.slots[i]);
    obol_secret_free(pools.slots, pools.slot_count * sizeof(struct obol_net_pool *));
    pools.slots = NULL;
    obol_net_watch_forget(false);
    obol_net_pools_forget();
}

int obol_net_pools_wake_fd(void)
{
    return pools.wake;
}

void obol_net_pools_wake(void)
{
    uint64_t one = 1;
    ssize_t written = write(pools.wake, &one, sizeof one);
    (void)written; /* a full counter wakes as well */
}

size_t obol_net_pools_count(void)
{
    return atomic_load(&pools.count);
}

static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    (void)easy;
    (void)known;
    struct obol_net_pool *pool = context;
    if (what == CURL_POLL_REMOVE) {
        obol_net_watch_leave(pools.epoll, socket);
        return 0;
    }
    uint32_t events = 0;
    if ((what & CURL_POLL_IN) != 0)
        events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0)
        events |= EPOLLOUT;
    return obol_net_watch_set(pools.epoll, socket, pool->slot, events) ? 0 : -1;
}

void obol_net_pools_closing(curl_socket_t socket)
{
    if (pools.epoll >= 0)
        obol_net_watch_closing(pools.epoll, socket);
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
    (void)multi;
    struct obol_net_pool *pool = context;
    pool->timer_ms = timeout_ms < 0    ? -1
                     : timeout_ms == 0 ? AT_ONCE
                                       : obol_clock_monotonic_ms() + timeout_ms;
    return 0;
}

static bool make_multi(struct obol_net_pool *pool)
{
    pool->multi = curl_multi_init();
    return pool->multi != NULL &&
           curl_multi_setopt(pool->multi, CURLMOPT_SOCKETFUNCTION, watch_socket) == CURLM_OK &&
           curl_multi_setopt(pool->multi, CURLMOPT_SOCKETDATA, pool) == CURLM_OK &&
           curl_multi_setopt(pool->multi, CURLMOPT_TIMERFUNCTION, set_timer) == CURLM_OK &&
           curl_multi_setopt(pool->multi, CURLMOPT_TIMERDATA, pool) == CURLM_OK &&
           curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT) == CURLM_OK;
}

static bool find_slot(uint32_t *slot)
{
    for (size_t i = 0; i < pools.slot_count; i++) {
        if (pools.slots[i] == NULL) {
            *slot = (uint32_t)i;
            return true;
        }
    }
    size_t count = pools.slot_count != 0 ? pools.slot_count * 2 : 8;
    struct obol_net_pool **slots = obol_secret_alloc(count * sizeof(*slots));
    if (slots == NULL)
        return false;
    memset(slots, 0, count * sizeof(*slots));
    if (pools.slot_count != 0)
        memcpy(slots, pools.slots, pools.slot_count * sizeof(*slots));
    obol_secret_free(pools.slots, pools.slot_count * sizeof(*slots));
    pools.slots = slots;
    *slot = (uint32_t)pools.slot_count;
    pools.slot_count = count;
    return true;
}

static struct obol_net_pool *make_pool(struct obol_slice key)
{
    uint32_t slot = 0;
    struct obol_net_pool *pool = obol_secret_alloc(sizeof *pool);
    char *copy = obol_secret_alloc(key.size);
    if (pool != NULL)
        *pool = (struct obol_net_pool){.key = copy, .key_size = key.size, .timer_ms = -1};
    if (pool == NULL || copy == NULL || !find_slot(&slot) || !make_multi(pool)) {
        if (pool != NULL && pool->multi != NULL)
            curl_multi_cleanup(pool->multi);
        obol_secret_free(copy, key.size);
        obol_secret_free(pool, sizeof *pool);
        return NULL;
    }
    memcpy(copy, key.data, key.size);
    pool->slot = slot;
    pools.slots[slot] = pool;
    atomic_fetch_add(&pools.count, 1);
    return pool;
}

/* Pools long unused go, and the one unused for longest when there are very many. */
static void evict(int64_t now_ms)
{
    struct obol_net_pool *oldest = NULL;
    for (size_t i = 0; i < pools.slot_count; i++) {
        struct obol_net_pool *pool = pools.slots[i];
        if (pool == NULL || pool->under_way != 0)
            continue;
        if (now_ms - pool->used_ms > IDLE_POOL_MS)
            free_pool(pool);
        else if (oldest == NULL || pool->used_ms < oldest->used_ms)
            oldest = pool;
    }
    if (oldest != NULL && obol_net_pools_count() > IDLE_POOLS_MAX)
        free_pool(oldest);
}

static struct obol_net_pool *find_pool(struct obol_slice key)
{
    for (size_t i = 0; i < pools.slot_count; i++) {
        struct obol_net_pool *pool = pools.slots[i];
        if (pool != NULL && pool->under_way < SHARE &&
            obol_slice_equal(obol_slice(pool->key, pool->key_size), key))
            return pool;
    }
    return NULL;
}

static struct obol_net_handle *take_handle(struct obol_net_pool *pool,
                                           const struct obol_net_call *call)
{
    struct obol_net_handle *handle = pool->idle;
    if (handle == NULL)
        return obol_net_handle_new(call);
    pool->idle = handle->next;
    pool->idle_count--;
    return handle;
}

static void give_handle(struct obol_net_pool *pool, struct obol_net_handle *handle)
{
    if (pool->idle_count == HANDLES_KEPT) {
        obol_net_handle_free(handle);
        return;
    }
    obol_net_handle_clear(handle);
    handle->next = pool->idle;
    pool->idle = handle;
    pool->idle_count++;
}

CURLcode obol_net_pools_start(struct obol_net_call *call)
{
    struct obol_net_pool *pool = find_pool(call->key);
    if (pool == NULL) {
        evict(obol_clock_monotonic_ms());
        pool = make_pool(call->key);
    }
    struct obol_net_handle *handle = pool != NULL ? take_handle(pool, call) : NULL;
    if (handle == NULL)
        return CURLE_OUT_OF_MEMORY;
    CURLcode code = obol_net_handle_set(handle, call);
    if (code == CURLE_OK && curl_multi_add_handle(pool->multi, handle->easy) != CURLM_OK)
        code = CURLE_OUT_OF_MEMORY;
    if (code != CURLE_OK) {
        obol_net_handle_free(handle);
        return code;
    }
    call->pool = pool;
    call->handle = handle;
    pool->under_way++;
    return CURLE_OK;
}

void obol_net_pools_remove(struct obol_net_call *call)
{
    struct obol_net_pool *pool = call->pool;
    if (pool == NULL)
        return;
    curl_multi_remove_handle(pool->multi, call->handle->easy);
    give_handle(pool, call->handle);
    call->pool = NULL;
    call->handle = NULL;
    pool->under_way--;
    if (pool->under_way == 0)
        pool->used_ms = obol_clock_monotonic_ms();
}

int64_t obol_net_pools_tick(int64_t most_ms)
{
    int64_t now = obol_clock_monotonic_ms(), next = now + most_ms;
    for (size_t i = 0; i < pools.slot_count; i++) {
        struct obol_net_pool *pool = pools.slots[i];
        if (pool == NULL || pool->timer_ms < 0)
            continue;
        if (pool->timer_ms <= now) {
            int running = 0;
            pool->timer_ms = -1;
            curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        if (pool->timer_ms >= 0 && pool->timer_ms < next)
            next = pool->timer_ms;
    }
    return next > now ? next - now : 0;
}

static void handle_event(const struct epoll_event *event)
{
    if (event->data.u64 == WAKE) {
        uint64_t count = 0;
        ssize_t got = read(pools.wake, &count, sizeof count);
        (void)got;
        return;
    }
    uint32_t slot = (uint32_t)(event->data.u64 >> 32);
    curl_socket_t socket = (curl_socket_t)(uint32_t)event->data.u64;
    struct obol_net_pool *pool = pools.slots[slot];
    if (!obol_net_watch_wants(pools.epoll, socket, slot) || pool == NULL)
        return;
    int what = 0, running = 0;
    if ((event->events & (EPOLLIN | EPOLLHUP)) != 0)
        what |= CURL_CSELECT_IN;
    if ((event->events & EPOLLOUT) != 0)
        what |= CURL_CSELECT_OUT;
    if ((event->events & EPOLLERR) != 0)
        what |= CURL_CSELECT_ERR;
    curl_multi_socket_action(pool->multi, socket, what, &running);
}

void obol_net_pools_wait(int64_t timeout_ms)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(pools.epoll, events, EVENTS, (int)timeout_ms);
    for (int i = 0; i < count; i++)
        handle_event(&events[i]);
}

struct obol_net_call *obol_net_pools_finished(CURLcode *code)
{
    for (; pools.next < pools.slot_count; pools.next++) {
        struct obol_net_pool *pool = pools.slots[pools.next];
        int left = 0;
        CURLMsg *message = pool != NULL ? curl_multi_info_read(pool->multi, &left) : NULL;
        if (message == NULL || message->msg != CURLMSG_DONE)
            continue;
        char *handle = NULL;
        *code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &handle);
        return ((struct obol_net_handle *)(void *)handle)->call;
    }
    pools.next = 0;
    return NULL;
}
