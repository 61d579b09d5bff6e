#pragma once

#include "bind/bind.h"
#include "schema/record.h"

/* Pushes a record as a table: integers, booleans, texts, amounts, tables where names have dots, and
 * secrets as obol.secret, the newest of each; all of them go as lists, by their rows' names, into
 * the table at `all`. The record has to be out of Lua's reach, since Lua may run. */
void obol_bind_record_push(lua_State *L, const struct obol_record *record, int all);
