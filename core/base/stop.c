#include "base/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught;

static void note(int number)
{
    caught = number;
    /* Who asks twice does not want to wait. */
    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigaction(SIGINT, &plain, NULL);
    sigaction(SIGTERM, &plain, NULL);
}

void obol_stop_catch(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int obol_stop_signal(void)
{
    return caught;
}
