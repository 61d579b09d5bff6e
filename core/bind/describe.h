#pragma once

#include "bind/bind.h"

/* providers(), describe(provider [, operation]), selfcheck(provider) */
void obol_bind_describe(lua_State *L);
