#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

/* Bytes that nobody can guess, and that no other process or thread gets: of the system's generator,
 * asked for many calls at once. False where the system has none to give. */
bool obol_random(void *bytes, size_t size) OBOL_MUST_USE;
