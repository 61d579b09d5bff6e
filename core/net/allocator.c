#include "base/secret.h"
#include "net/engine.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

/*
 * libcurl copies headers, the address and short bodies into buffers of its own. Given these
 * functions it keeps them in memory that is wiped and stays out of core dumps. Where another user
 * of libcurl in the process came first, libcurl keeps its allocator and only this is lost.
 */

enum {
    SMALLEST = 64,
    CLASSES = 10,
    KEPT_BYTES = 1024 * 1024, /* of one size */
    GROWN = 1024,             /* what has outgrown its room will most likely grow further */
};

struct block {
    size_t size; /* of what follows, at its largest */
    unsigned class;
    alignas(max_align_t) char bytes[];
};

/* Free blocks of the thread that holds the turn, by size: libcurl allocates some fifty times a
 * call, and here no lock is needed. All of them are zero but for the pointer to the next. */
static struct {
    OBOL_OWN_LINES struct {
        struct block *first;
        unsigned count;
    } of[CLASSES];
} kept;
static atomic_uintptr_t turn_of; /* the thread that holds the turn, 0: none */

static bool holds_turn(void)
{
    return atomic_load_explicit(&turn_of, memory_order_relaxed) == (uintptr_t)pthread_self();
}

static struct block *block_of(void *memory)
{
    return (struct block *)(void *)((char *)memory - offsetof(struct block, bytes));
}

/* Of a block, its header included; CLASSES for what is too large to be kept. */
static unsigned class_of(size_t size)
{
    if (size <= SMALLEST)
        return 0;
    unsigned class = (unsigned)(__builtin_clzll(SMALLEST - 1) - __builtin_clzll(size - 1));
    return class < CLASSES ? class : CLASSES;
}

static bool is_full(unsigned class)
{
    return kept.of[class].count >= (unsigned)KEPT_BYTES / SMALLEST >> class;
}

static size_t room_of(unsigned class, size_t size)
{
    return class < CLASSES ? ((size_t)SMALLEST << class) - sizeof(struct block) : size;
}

/* All zero when it is small enough to be kept. */
static void *block_alloc(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct block))
        return NULL;
    unsigned class = class_of(size + sizeof(struct block));
    struct block *block = NULL;
    if (class < CLASSES && holds_turn() && kept.of[class].first != NULL) {
        block = kept.of[class].first;
        memcpy(&kept.of[class].first, block->bytes, sizeof block);
        kept.of[class].count--;
        memset(block->bytes, 0, sizeof block);
    } else {
        block = obol_secret_alloc(sizeof *block + room_of(class, size));
        if (block == NULL)
            return NULL;
        block->class = class;
        if (class < CLASSES)
            memset(block->bytes, 0, room_of(class, size));
    }
    block->size = size;
    return block->bytes;
}

static void block_free(void *memory)
{
    if (memory == NULL)
        return;
    struct block *block = block_of(memory);
    size_t size = block->size;
    unsigned class = block->class;
    if (class == CLASSES || !holds_turn() || is_full(class)) {
        obol_secret_free_used(block, sizeof *block + room_of(class, size), sizeof *block + size);
        return;
    }
    obol_wipe(block->bytes, size);
    memcpy(block->bytes, &kept.of[class].first, sizeof block);
    kept.of[class].first = block;
    kept.of[class].count++;
}

void obol_net_allocator_turn(bool begins)
{
    atomic_store_explicit(&turn_of, begins ? (uintptr_t)pthread_self() : 0, memory_order_relaxed);
}

void obol_net_allocator_forget(void)
{
    obol_net_allocator_turn(false);
    memset(&kept, 0, sizeof kept);
}

/* The header stays in its place, so that the bytes in use stay known. */
static void *block_realloc(void *memory, size_t size)
{
    if (memory == NULL)
        return block_alloc(size);
    struct block *block = block_of(memory);
    size_t had = block->size;
    if (block->class < CLASSES && size <= room_of(block->class, 0)) {
        block->size = had > size ? had : size;
        return memory;
    }
    char *moved = block_alloc(size > GROWN ? size : GROWN);
    if (moved == NULL)
        return NULL;
    block_of(moved)->size = size;
    memcpy(moved, memory, had < size ? had : size);
    block_free(memory);
    return moved;
}

static void *block_calloc(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    char *memory = block_alloc(count * size);
    if (memory != NULL && block_of(memory)->class == CLASSES)
        memset(memory, 0, count * size);
    return memory;
}

static char *block_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = block_alloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

CURLcode obol_net_global_init(void)
{
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, block_alloc, block_free, block_realloc,
                                block_strdup, block_calloc);
}
