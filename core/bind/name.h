#pragma once

#include "bind/bind.h"

/*
 * Names of members as Lua strings. Few of them are new: those that came last are kept, so that most
 * are found by their bytes without being hashed again.
 */
struct obol_bind_names {
    int strings; /* place on the stack of the table that holds them */
    struct obol_bind_name *slots;
};

/* Pushes two values that have to stay on the stack as long as names are pushed. */
struct obol_bind_names obol_bind_names_push(lua_State *L);
/* Pushes the name of `node`. */
void obol_bind_name_push(lua_State *L, const struct obol_bind_names *names,
                         const struct obol_node *node);
