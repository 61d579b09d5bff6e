#pragma once

#include "bind/compat.h"

#include <stdbool.h>

/*
 * Types of userdata that calls meet again and again. Their metatables are luaL_newmetatable's, kept
 * in the registry under a number too: that is found without making a string of the name.
 */
struct obol_bind_type {
    const char *name;
    int key; /* one of those below */
};

/* Far from the numbers that luaL_ref gives, which count up from 1. */
enum {
    OBOL_BIND_ARENA = -0x6f626f6c,
    OBOL_BIND_KEPT_ARENA,
    OBOL_BIND_NAMES,
    OBOL_BIND_ARRAY,
    OBOL_BIND_ACCOUNT,
    OBOL_BIND_MONEY,
    OBOL_BIND_SECRET,
    OBOL_BIND_REQUEST,
    OBOL_BIND_KEPT_REQUEST,
    OBOL_BIND_DEFINED_NAMES,
};

/* Pushes the metatable; true when it was made just now. */
bool obol_bind_type_push(lua_State *L, const struct obol_bind_type *type);
/* Gives it to the value on top of the stack. */
void obol_bind_type_set(lua_State *L, const struct obol_bind_type *type);
/* The userdata at `index`; null when it is something else. */
void *obol_bind_type_test(lua_State *L, int index, const struct obol_bind_type *type);
/* The same, but anything else raises. */
void *obol_bind_type_check(lua_State *L, int index, const struct obol_bind_type *type);
