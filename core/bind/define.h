#pragma once

#include "bind/bind.h"
#include "schema/compile.h"

/* Providers that are defined in Lua, one set for each Lua state. */
void obol_bind_define(lua_State *L);

/* The provider that the text at `index` names, or null. Pushes what keeps it alive: while that is
 * on the stack, or referred to, the rows stay, even if another definition takes the name. */
const struct obol_provider *obol_bind_provider(lua_State *L, int index);

/* The definition that obol_bind_provider pushed; null when the provider is of the core. */
const struct obol_compiled *obol_bind_compiled(lua_State *L, int index);

/* Pushes and returns the names of the state's providers, ending with null; null: there are none. */
const char *const *obol_bind_defined_names(lua_State *L);
