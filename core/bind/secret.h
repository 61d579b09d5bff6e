#pragma once

#include "base/secret.h"
#include "bind/bind.h"

/* The bytes of an obol.secret: outside Lua's strings, wiped when closed or collected. */
struct obol_bind_secret {
    char *data; /* null when closed */
    size_t size;
};

void obol_bind_secret(lua_State *L);

/* Pushes a new secret with room for `size` bytes, for the caller to fill. */
struct obol_bind_secret *obol_bind_secret_push(lua_State *L, size_t size);
/* The secret at `index`, closed or not, or null when there is something else. */
struct obol_bind_secret *obol_bind_secret_any(lua_State *L, int index);
/* The open secret at `index`, or null when there is something else; a closed one raises. */
struct obol_bind_secret *obol_bind_secret_test(lua_State *L, int index);
