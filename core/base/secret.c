#include "base/secret.h"

#include "base/attr.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define OBOL_SECRET_PLAIN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OBOL_SECRET_PLAIN 1
#endif
#endif

#ifdef OBOL_SECRET_PLAIN

/* A pool would hide overflows and leaks from the sanitizer: each block is its own there. */
bool obol_secret_is_watched(void)
{
    return true;
}

void *obol_secret_alloc(size_t size)
{
    return malloc(size != 0 ? size : 1);
}

void obol_secret_free_used(void *memory, size_t size, size_t used)
{
    (void)size;
    if (memory == NULL)
        return;
    obol_wipe(memory, used);
    free(memory);
}

#else

bool obol_secret_is_watched(void)
{
    return false;
}

/* Blocks of 64 bytes to 64 KiB come from regions that are never given back; larger ones are mapped
 * each by itself. A call takes a handful of blocks, so free lists by size are all it needs. */
enum { SMALLEST = 64, CLASSES = 11, LARGEST = SMALLEST << (CLASSES - 1), REGION = 256 * 1024 };

struct block {
    struct block *next;
};

static struct {
    OBOL_OWN_LINES pthread_mutex_t lock;
    struct block *free[CLASSES];
    char *region; /* what is left of the newest region */
    size_t left;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void lock_pool(void)
{
    pthread_mutex_lock(&pool.lock);
}

static void unlock_pool(void)
{
    pthread_mutex_unlock(&pool.lock);
}

/* Each thread keeps some free blocks at hand and trades with the pool by the handful: what a call
 * takes on one thread it leaves on another, and the lock would be the busiest of all. */
enum { AT_HAND = 16, AT_HAND_LARGEST = 7 /* class, of 8 KiB */ };

static _Thread_local struct {
    struct block *free[AT_HAND_LARGEST + 1];
    unsigned count[AT_HAND_LARGEST + 1];
    bool known; /* its end gives them back */
} hand;
static pthread_key_t end_of_thread;
static bool has_end; /* the key is there */

static void push(struct block **list, struct block *block)
{
    block->next = *list;
    *list = block;
}

static struct block *pop(struct block **list)
{
    struct block *block = *list;
    if (block != NULL)
        *list = block->next;
    return block;
}

/* Gives so many back to the pool. */
static void put_back(int class, unsigned count)
{
    lock_pool();
    for (; count != 0; count--, hand.count[class]--)
        push(&pool.free[class], pop(&hand.free[class]));
    unlock_pool();
}

static void put_all_back(void *unused)
{
    (void)unused;
    for (int class = 0; class <= AT_HAND_LARGEST; class ++)
        put_back(class, hand.count[class]);
    hand.known = false;
}

/* A fork while another thread holds the lock would leave the child's pool locked for good. */
__attribute__((constructor)) static void register_handlers(void)
{
    pthread_atfork(lock_pool, unlock_pool, unlock_pool);
    has_end = pthread_key_create(&end_of_thread, put_all_back) == 0;
}

/* Whether this thread may keep blocks of the class. */
static bool is_at_hand(int class)
{
    if (class > AT_HAND_LARGEST)
        return false;
    if (!hand.known && has_end)
        hand.known = pthread_setspecific(end_of_thread, &hand) == 0;
    return hand.known;
}

static void *map_region(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    (void)madvise(memory, size, MADV_DONTDUMP);
    return memory;
}

static int class_of(size_t size)
{
    return size <= SMALLEST ? 0 : __builtin_clzll(SMALLEST - 1) - __builtin_clzll(size - 1);
}

static void *take_from_region(size_t size)
{
    if (pool.left < size) {
        char *region = map_region(REGION);
        if (region == NULL)
            return NULL;
        pool.region = region;
        pool.left = REGION;
    }
    char *memory = pool.region;
    pool.region += size;
    pool.left -= size;
    return memory;
}

void *obol_secret_alloc(size_t size)
{
    if (size > LARGEST)
        return map_region(size);
    int class = class_of(size);
    bool kept = is_at_hand(class);
    void *memory = kept ? pop(&hand.free[class]) : NULL;
    if (memory != NULL) {
        hand.count[class]--;
        return memory;
    }
    lock_pool();
    memory = pop(&pool.free[class]);
    while (kept && pool.free[class] != NULL && hand.count[class] < AT_HAND / 2) {
        push(&hand.free[class], pop(&pool.free[class]));
        hand.count[class]++;
    }
    if (memory == NULL)
        memory = take_from_region((size_t)SMALLEST << class);
    unlock_pool();
    return memory;
}

void obol_secret_free_used(void *memory, size_t size, size_t used)
{
    if (memory == NULL)
        return;
    obol_wipe(memory, used);
    if (size > LARGEST) {
        munmap(memory, size);
        return;
    }
    int class = class_of(size);
    if (is_at_hand(class)) {
        push(&hand.free[class], memory);
        if (++hand.count[class] > AT_HAND)
            put_back(class, AT_HAND / 2);
        return;
    }
    lock_pool();
    push(&pool.free[class], memory);
    unlock_pool();
}

#endif

void obol_secret_free(void *memory, size_t size)
{
    obol_secret_free_used(memory, size, size);
}
