#pragma once

#include "bind/bind.h"
#include "net/net.h"
#include "store/store.h"

#include <unistd.h>

enum { OBOL_BIND_HEADERS_MAX = 128 };

/* A request as Lua gives it, borrowed from the value at its index. */
struct obol_bind_net_request {
    struct obol_request request;
    struct obol_header headers[OBOL_BIND_HEADERS_MAX];
};

/* One place that asks for work and takes its results, calls and units of work alike. */
struct obol_bind_channel {
    struct obol_completion_owner *owner;
    void *taken; /* a result on its way to Lua: survives an error in between */
    bool unit;   /* ... is a unit of work, not a call's */
    int fd;
    pid_t fd_of; /* the process that opened it: after a fork it speaks of the parent's ids */
};

/* The one at `index`; raises when there is something else. */
struct obol_bind_channel *obol_bind_channel_check(lua_State *L, int index);
/* Waits for the id and pushes what came of it; answers how many values. */
int obol_bind_channel_take_unit(lua_State *L, struct obol_bind_channel *channel, uint64_t id);

void obol_bind_net(lua_State *L);
void obol_bind_store(lua_State *L);
void obol_bind_completion(lua_State *L);

/* Reads the request at `index`; a value of the wrong shape raises. */
void obol_bind_net_request(lua_State *L, int index, struct obol_bind_net_request *out);

/* Reads the options at `index` (none or nil: nothing) on top of what is there; some of them speak
 * of the request. The table has to stay on the stack while the options are in use. */
bool obol_bind_net_options(lua_State *L, int index, struct obol_net_options *options,
                           struct obol_request *request, struct obol_err *err) OBOL_MUST_USE;

/* How a reply is pushed. */
struct obol_bind_reply_form {
    bool brief; /* of the headers only retry-after and x-request-id; no table without either */
    int into;   /* place of a table that is filled; 0: a new one */
};
/* The upvalues of a channel's functions: itself, and the names of a reply's members. */
enum { OBOL_BIND_CHANNEL = 1, OBOL_BIND_STATUS, OBOL_BIND_HEADERS, OBOL_BIND_BODY };

/* Pushes the reply, or nil and the error; answers how many. Null: a fork cut the call off. Only for
 * functions with those upvalues. */
int obol_bind_net_result(lua_State *L, const struct obol_net_result *result,
                         const struct obol_bind_reply_form *form);

/* The same for a unit of work. */
int obol_bind_store_result(lua_State *L, const struct obol_store_unit *unit);

/* Pushes nil and the error with its outcome. */
int obol_bind_net_fail(lua_State *L, const struct obol_err *err, enum obol_net_outcome outcome);
