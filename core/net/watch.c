#include "base/secret.h"
#include "net/engine.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

/*
 * What epoll watches. A connection that waits for its next call stays registered: it will most
 * likely be used for the same again, and two system calls a call are spared. That holds for the
 * sockets that libcurl opens and closes through us; of others we would not learn that their number
 * stands for something else by now, so those are taken out at once.
 */

enum { FIRST_COUNT = 64 };

struct entry {
    uint32_t slot; /* of the pool that the socket belongs to */
    uint32_t events;
    bool ours;
    bool registered;
    bool wanted; /* libcurl asks for its events now */
};

static struct {
    struct entry *entries; /* by descriptor */
    size_t count;
} watch;

static struct entry *entry_of(int fd)
{
    size_t count = watch.count != 0 ? watch.count : FIRST_COUNT;
    while (count <= (size_t)fd)
        count *= 2;
    if (count != watch.count) {
        struct entry *entries = obol_secret_alloc(count * sizeof *entries);
        if (entries == NULL)
            return NULL;
        memset(entries, 0, count * sizeof *entries);
        if (watch.count != 0)
            memcpy(entries, watch.entries, watch.count * sizeof *entries);
        obol_secret_free(watch.entries, watch.count * sizeof *entries);
        watch.entries = entries;
        watch.count = count;
    }
    return &watch.entries[fd];
}

static void take_out(int epoll, int fd, struct entry *entry)
{
    if (entry->registered)
        (void)epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
    entry->registered = entry->wanted = false;
}

void obol_net_watch_opened(int fd)
{
    struct entry *entry = entry_of(fd);
    if (entry != NULL)
        *entry = (struct entry){.ours = true};
}

/* Before the descriptor is closed: a forked child may still hold the socket, and with it alive it
 * would stay registered under a number that soon means another. */
void obol_net_watch_closing(int epoll, int fd)
{
    struct entry *entry = entry_of(fd);
    if (entry == NULL)
        return;
    take_out(epoll, fd, entry);
    *entry = (struct entry){.ours = false};
}

bool obol_net_watch_set(int epoll, int fd, uint32_t slot, uint32_t events)
{
    struct entry *entry = entry_of(fd);
    if (entry == NULL)
        return false;
    if (!entry->registered || entry->slot != slot || entry->events != events) {
        struct epoll_event event = {.events = events,
                                    .data.u64 = (uint64_t)slot << 32 | (uint32_t)fd};
        int how = entry->registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
        int done = epoll_ctl(epoll, how, fd, &event);
        if (done != 0 && (errno == EEXIST || errno == ENOENT))
            done = epoll_ctl(epoll, errno == EEXIST ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
        if (done != 0)
            return false;
    }
    entry->registered = entry->wanted = true;
    entry->slot = slot;
    entry->events = events;
    return true;
}

void obol_net_watch_leave(int epoll, int fd)
{
    struct entry *entry = entry_of(fd);
    if (entry == NULL)
        return;
    entry->wanted = false;
    if (!entry->ours)
        take_out(epoll, fd, entry);
}

/* An event that libcurl does not ask for, as of a server that closes an idle connection, would come
 * again and again: the socket is taken out until it is used. */
bool obol_net_watch_wants(int epoll, int fd, uint32_t slot)
{
    struct entry *entry = entry_of(fd);
    if (entry == NULL || entry->slot != slot)
        return false;
    if (!entry->wanted)
        take_out(epoll, fd, entry);
    return entry->wanted;
}

/* In a forked child, where the table is the parent's, and after the last connection is gone. */
void obol_net_watch_forget(bool in_child)
{
    if (!in_child)
        obol_secret_free(watch.entries, watch.count * sizeof *watch.entries);
    watch.entries = NULL;
    watch.count = 0;
}
