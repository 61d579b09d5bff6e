#pragma once

#include <pthread.h>

/* A lock that two busy threads take many times a call, each for a moment: whoever finds it taken
 * looks again for a while before it asks the system to wake it, where the C library has such locks.
 */
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#define OBOL_LOCK_INITIALIZER PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#else
#define OBOL_LOCK_INITIALIZER PTHREAD_MUTEX_INITIALIZER
#endif
