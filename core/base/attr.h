#pragma once

/* Attributes that turn misuse into a compiler warning. */
#define OBOL_MUST_USE __attribute__((warn_unused_result))
#define OBOL_PRINTF(text, first) __attribute__((format(printf, text, first)))
