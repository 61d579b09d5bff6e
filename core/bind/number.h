#pragma once

#include "bind/bind.h"

/*
 * Integers between C and both Luas: 5.4 has them, LuaJIT has doubles that hold them up to 2^53.
 */

/* Whether the number at `index` is an integer that is exact: a 5.4 integer, or a double without a
 * fraction within +-(2^53 - 1). 2^53 itself may be 2^53 + 1, rounded. */
bool obol_bind_int64(lua_State *L, int index, int64_t *integer) OBOL_MUST_USE;

/* The same, but a float of 5.4 is none: for amounts, where 5.0 may be a rounded 4.9999999999999999.
 */
bool obol_bind_int64_strict(lua_State *L, int index, int64_t *integer) OBOL_MUST_USE;

/* Sets a count as a member of the table on top of the stack. */
void obol_bind_set_count(lua_State *L, const char *name, uint64_t count);

/* Pushes a number within +-(2^53 - 1), on both Luas alike; beyond that the digits as a string. */
void obol_bind_push_int64(lua_State *L, int64_t integer);
