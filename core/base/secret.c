#include "base/secret.h"

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
    pthread_mutex_t lock;
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

/* A fork while another thread holds the lock would leave the child's pool locked for good. */
__attribute__((constructor)) static void register_fork_handlers(void)
{
    pthread_atfork(lock_pool, unlock_pool, unlock_pool);
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
    lock_pool();
    void *memory = pool.free[class];
    if (memory != NULL)
        pool.free[class] = pool.free[class]->next;
    else
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
    struct block *block = memory;
    int class = class_of(size);
    lock_pool();
    block->next = pool.free[class];
    pool.free[class] = block;
    unlock_pool();
}

#endif

void obol_secret_free(void *memory, size_t size)
{
    obol_secret_free_used(memory, size, size);
}
