#pragma once

/*
 * What the files of this folder share. Only this folder sees lua.h: a Lua call that allocates may
 * leave C by a long jump, so nothing here may hold memory that only a return would free. Whatever
 * must be freed hangs on a userdata that was made before it.
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/node.h"
#include "bind/compat.h"

#include <lauxlib.h>
#include <lua.h>

/* Each adds its functions to the module table on top of the stack, and leaves it there. */
void obol_bind_error(lua_State *L);
void obol_bind_clock(lua_State *L); /* called by the one above */
void obol_bind_bounded(lua_State *L);
void obol_bind_crypto(lua_State *L);
void obol_bind_features(lua_State *L);
void obol_bind_folder(lua_State *L);
void obol_bind_json(lua_State *L); /* json and null */
void obol_bind_qr(lua_State *L);
void obol_bind_stop(lua_State *L);
void obol_bind_random(lua_State *L);
void obol_bind_url(lua_State *L); /* url and form */

/* Pushes nil and an error object: the one way in which the core reports what the world did. */
int obol_bind_fail(lua_State *L, const struct obol_err *err);

/* A string or a secret at `index` as bytes (borrowed while it stays on the stack); raises an
 * argument error for anything else. */
struct obol_slice obol_bind_bytes(lua_State *L, int index);

/*
 * The same where Lua may run again before the bytes are used up: whatever allocates may collect,
 * and a finaliser may close a secret that is on the stack. So a secret's bytes are copied into
 * `arena`; everything else is borrowed after the last allocation (a result is made first and filled
 * then).
 */
struct obol_slice obol_bind_bytes_kept(lua_State *L, int index, struct obol_arena *arena);

/* Pushes a member of the table at `index` (this may run Lua), and reads it as bytes that are kept;
 * empty when there is none. */
struct obol_slice obol_bind_member_bytes(lua_State *L, int index, const char *name,
                                         struct obol_arena *arena);

/* The same of a member that is on top of the stack already. */
struct obol_slice obol_bind_bytes_of_member(lua_State *L, int index, const char *name,
                                            struct obol_arena *arena);

/* An arena that the collector frees, pushed as a userdata: it survives any error raised later. */
struct obol_arena *obol_bind_arena(lua_State *L, size_t ceiling);
/* Wipes it, and lets the next call have it. One that is never ended is the collector's. */
void obol_bind_arena_end(struct obol_arena *arena);

/* The same for a buffer. */
struct obol_buf *obol_bind_buf(lua_State *L, size_t ceiling);
/* Pushes a buffer's bytes as a string and wipes the buffer; one that failed raises. */
int obol_bind_buf_string(lua_State *L, struct obol_buf *buf);
