#include "base/secret.h"
#include "net/engine.h"

#include <stdalign.h>
#include <string.h>

/*
 * libcurl copies headers, the address and short bodies into buffers of its own. Given these
 * functions it keeps them in memory that is wiped and stays out of core dumps. Where another user
 * of libcurl in the process came first, libcurl keeps its allocator and only this is lost.
 */

enum { SMALLEST = 64, CLASSES = 10, KEPT = 64 };

/* Free blocks of the thread that holds the turn, by size: libcurl allocates some fifty times a
 * call, and here no lock is needed. All of them are wiped. */
static struct {
    struct block *first;
    unsigned count;
} kept[CLASSES];
static _Thread_local bool holds_turn;

struct block {
    size_t size; /* this header included */
    alignas(max_align_t) char bytes[];
};

static struct block *block_of(void *memory)
{
    return (struct block *)(void *)((char *)memory - offsetof(struct block, bytes));
}

/* CLASSES for what is too large to be kept. */
static unsigned class_of(size_t size)
{
    unsigned class = 0;
    while (class < CLASSES && ((size_t)SMALLEST << class) < size)
        class ++;
    return class;
}

static size_t capacity_of(size_t size)
{
    unsigned class = class_of(size);
    return class < CLASSES ? (size_t)SMALLEST << class : size;
}

static void *block_alloc(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct block))
        return NULL;
    size += sizeof(struct block);
    unsigned class = class_of(size);
    struct block *block = NULL;
    if (holds_turn && class < CLASSES && kept[class].first != NULL) {
        block = kept[class].first;
        memcpy(&kept[class].first, block->bytes, sizeof block);
        kept[class].count--;
    } else {
        block = obol_secret_alloc(capacity_of(size));
        if (block == NULL)
            return NULL;
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
    unsigned class = class_of(size);
    if (!holds_turn || class == CLASSES || kept[class].count == KEPT) {
        obol_secret_free(block, capacity_of(size));
        return;
    }
    obol_wipe(block->bytes, size - sizeof *block);
    memcpy(block->bytes, &kept[class].first, sizeof block);
    kept[class].first = block;
    kept[class].count++;
}

void obol_net_allocator_turn(bool begins)
{
    holds_turn = begins;
}

void obol_net_allocator_forget(void)
{
    holds_turn = false;
    memset(kept, 0, sizeof kept);
}

static void *block_realloc(void *memory, size_t size)
{
    void *moved = block_alloc(size);
    if (memory == NULL || moved == NULL)
        return moved;
    size_t had = block_of(memory)->size - sizeof(struct block);
    memcpy(moved, memory, had < size ? had : size);
    block_free(memory);
    return moved;
}

static void *block_calloc(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    void *memory = block_alloc(count * size);
    if (memory != NULL)
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
