#pragma once

#include <stdint.h>

int64_t obol_clock_wall_ms(void);      /* since 1970 */
int64_t obol_clock_monotonic_ms(void); /* for limits; never jumps */
