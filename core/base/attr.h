#pragma once

/* Attributes that turn misuse into a compiler warning. */
#define OBOL_MUST_USE __attribute__((warn_unused_result))
#define OBOL_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* Of a struct's first member: what several threads write shares no cache line with what others use,
 * as each write takes the line away from all others. */
#define OBOL_OWN_LINES _Alignas(64)
