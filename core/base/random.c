#include "base/random.h"

#include "base/attr.h"
#include "base/secret.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

enum { ROOM = 256 }; /* as many as the system gives in one piece */

static struct {
    OBOL_OWN_LINES pthread_mutex_t lock;
    size_t left; /* at the end of the bytes; those before them were given away and are wiped */
    unsigned char bytes[ROOM];
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void lock_pool(void)
{
    pthread_mutex_lock(&pool.lock);
}

static void unlock_pool(void)
{
    pthread_mutex_unlock(&pool.lock);
}

/* What is left is the parent's. */
static void in_child(void)
{
    pool.left = 0;
    obol_wipe(pool.bytes, sizeof pool.bytes);
    unlock_pool();
}

__attribute__((constructor)) static void register_fork_handlers(void)
{
    pthread_atfork(lock_pool, unlock_pool, in_child);
}

static bool ask(void *bytes, size_t size)
{
    ssize_t got = -1;
    do
        got = getrandom(bytes, size, 0);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)size;
}

static bool take(unsigned char *bytes, size_t size)
{
    if (pool.left < size) {
        pool.left = 0;
        if (!ask(pool.bytes, sizeof pool.bytes))
            return false;
        pool.left = sizeof pool.bytes;
    }
    unsigned char *from = pool.bytes + sizeof pool.bytes - pool.left;
    memcpy(bytes, from, size);
    obol_wipe(from, size);
    pool.left -= size;
    return true;
}

bool obol_random(void *bytes, size_t size)
{
    unsigned char *at = bytes;
    bool fine = true;
    lock_pool();
    while (fine && size != 0) {
        size_t part = size < ROOM ? size : ROOM;
        fine = take(at, part);
        at += part;
        size -= part;
    }
    unlock_pool();
    return fine;
}
