#pragma once

#include "bind/bind.h"

/* What crypto*.c share. */

/* The string at `index` as the name of a digest, cipher or padding; raises for another type. */
const char *obol_bind_crypto_name(lua_State *L, int index);

/* Pushes the bytes of `out`, or nil and the error; either way the buffer is wiped. */
int obol_bind_crypto_result(lua_State *L, bool worked, struct obol_buf *out,
                            const struct obol_err *err);

/* crypto.key(text [, passphrase]) */
int obol_bind_crypto_key(lua_State *L);
/* Makes the metatable of keys; the stack stays as it was. */
void obol_bind_crypto_key_type(lua_State *L);
