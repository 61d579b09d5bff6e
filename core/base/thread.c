#include "base/thread.h"

#include <sched.h>

void obol_thread_give_way(void)
{
    const struct sched_param usual = {0};
    if (sched_getscheduler(0) == SCHED_OTHER) /* a host's choice of another one stands */
        (void)sched_setscheduler(0, SCHED_BATCH, &usual);
}
