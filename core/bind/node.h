#pragma once

#include "bind/bind.h"

/*
 * Lua values and the core's tree.
 *
 * From Lua: a table with keys 1..n is a LIST, one with string keys a MAP whose members stand in the
 * order of their names, an empty one a MAP unless core.json.array marked it. Strings and secrets
 * are borrowed: the caller's table has to stay alive as long as the tree. Returns null for what has
 * no place in a tree (functions, cycles, mixed keys, NaN, ...), with the path in err->field.
 */
struct obol_node *obol_bind_node_from_lua(lua_State *L, int index, struct obol_arena *arena,
                                          struct obol_err *err) OBOL_MUST_USE;

/* Pushes the tree as Lua values and returns 1; null is the shared null value. An integer within
 * +-(2^53 - 1) is a number, every other number its own text. */
int obol_bind_node_push(lua_State *L, const struct obol_node *node);

/* Pushes the metatable that marks a table as a list. */
void obol_bind_push_array_metatable(lua_State *L);
