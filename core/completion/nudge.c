#include "completion/completion.h"

#include <stdatomic.h>
#include <unistd.h>

static OBOL_OWN_LINES atomic_int sleeper = -1;

void obol_completion_sleep_on(int fd)
{
    atomic_store(&sleeper, fd);
}

void obol_completion_nudge(void)
{
    int fd = atomic_load(&sleeper);
    if (fd < 0)
        return;
    uint64_t one = 1;
    ssize_t written = write(fd, &one, sizeof one);
    (void)written; /* a full counter wakes as well */
}
