#include "base/secret.h"
#include "net/engine.h"

#include <stdalign.h>
#include <string.h>

/*
 * libcurl copies headers, the address and short bodies into buffers of its own. Given these
 * functions it keeps them in memory that is wiped and stays out of core dumps. Where another user
 * of libcurl in the process came first, libcurl keeps its allocator and only this is lost.
 */

struct block {
    size_t size; /* this header included */
    alignas(max_align_t) char bytes[];
};

static struct block *block_of(void *memory)
{
    return (struct block *)(void *)((char *)memory - offsetof(struct block, bytes));
}

static void *block_alloc(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct block))
        return NULL;
    struct block *block = obol_secret_alloc(sizeof *block + size);
    if (block == NULL)
        return NULL;
    block->size = sizeof *block + size;
    return block->bytes;
}

static void block_free(void *memory)
{
    if (memory == NULL)
        return;
    struct block *block = block_of(memory);
    obol_secret_free(block, block->size);
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
