#pragma once

#include "bind/bind.h"

/* The string at `index` as the name of a digest, cipher or padding; raises for another type. */
const char *obol_bind_crypto_name(lua_State *L, int index);
