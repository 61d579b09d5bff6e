#pragma once

#include "base/message.h"
#include "bind/bind.h"

/* A request on its way to a transport. */
void obol_bind_request(lua_State *L);

/* Pushes an empty request, with an arena of its own that lives as long. */
struct obol_request *obol_bind_request_push(lua_State *L, struct obol_arena **arena);
/* Wipes the request at `index` and keeps it for the next call of the function above, which saves
 * the collector its memory: nobody may use it any more. Anything else is left as it is. */
void obol_bind_request_end(lua_State *L, int index);
/* The request at `index`, or null when there is something else. */
struct obol_request *obol_bind_request_test(lua_State *L, int index);
