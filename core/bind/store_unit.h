#pragma once

#include "bind/bind.h"
#include "store/store.h"

/* Reads the unit of work at `index` into `unit`, which somebody else owns. False with err for
 * values that no database can take; a value of the wrong shape raises. */
bool obol_bind_store_unit(lua_State *L, int index, struct obol_store_unit *unit,
                          struct obol_err *err) OBOL_MUST_USE;
