#include "bind/net.h"
#include "bind/number.h"
#include "bind/request.h"

#include "base/clock.h"
#include "completion/announcer.h"

#include <errno.h>
#include <math.h>
#include <time.h>
#include <unistd.h>

/*
 * obol.core.net: the transport as Lua sees it. Each table of these functions is one channel, with
 * ids of its own; `new()` makes a further one.
 */

static const char CHANNEL_TYPE[] = "obol.net.channel";
enum { POLL_AT_ONCE = 256 };

static struct obol_bind_channel *channel_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(OBOL_BIND_CHANNEL));
}

static void let_go(struct obol_bind_channel *channel)
{
    if (channel->unit)
        obol_store_unit_free(channel->taken);
    else
        obol_net_result_free(channel->taken);
    channel->taken = NULL;
}

static int channel_close(lua_State *L)
{
    struct obol_bind_channel *channel = luaL_checkudata(L, 1, CHANNEL_TYPE);
    let_go(channel);
    obol_completion_owner_close(channel->owner);
    channel->owner = NULL;
    if (channel->fd >= 0)
        close(channel->fd);
    channel->fd = -1;
    return 0;
}

static uint64_t check_id(lua_State *L, int index)
{
    double id = luaL_checknumber(L, index);
    if (!(id >= 1 && id <= 9007199254740992.0) || floor(id) < id)
        luaL_argerror(L, index, "expected an id");
    return (uint64_t)id;
}

static int64_t check_timeout(lua_State *L, int index)
{
    if (lua_isnoneornil(L, index))
        return -1;
    double timeout_ms = luaL_checknumber(L, index);
    if (!(timeout_ms >= 0 && timeout_ms <= 1e12))
        luaL_argerror(L, index, "expected milliseconds");
    return (int64_t)timeout_ms;
}

/* Options at 2 are a transport's, those at 3 of one call. */
static uint64_t submit(lua_State *L, bool held, struct obol_err *err)
{
    struct obol_bind_net_request request;
    struct obol_net_options options = obol_net_defaults();
    lua_settop(L, 5);
    obol_bind_net_request(L, 1, &request);
    if (!obol_bind_net_options(L, 2, &options, &request.request, err) ||
        !obol_bind_net_options(L, 3, &options, &request.request, err))
        return 0;
    return obol_net_submit(channel_of(L)->owner, &request.request, &options, held, err);
}

/* submit(request [, options [, options_of_call [, held [, spent]]]]) -> id | nil, err. Everything
 * is copied. `held`: a wait follows, so nothing needs to happen before it. `spent`: nobody uses the
 * request after this. */
static int net_submit(lua_State *L)
{
    struct obol_err err;
    uint64_t id = submit(L, lua_toboolean(L, 4), &err);
    if (lua_toboolean(L, 5))
        obol_bind_request_end(L, 1);
    if (id == 0)
        return obol_bind_net_fail(L, &err, OBOL_NET_NOT_SENT);
    lua_pushinteger(L, (lua_Integer)id);
    return 1;
}

/* The result belongs to the channel while it is turned into a table. */
static int push_taken(lua_State *L, struct obol_bind_channel *channel,
                      const struct obol_bind_reply_form *form)
{
    int count = channel->unit ? obol_bind_store_result(L, channel->taken)
                              : obol_bind_net_result(L, channel->taken, form);
    let_go(channel);
    return count;
}

static int take(lua_State *L, struct obol_bind_channel *channel, uint64_t id,
                const struct obol_bind_reply_form *form)
{
    obol_completion_destroyer *kind = NULL;
    let_go(channel);
    enum obol_completion_state state =
        obol_completion_take(channel->owner, id, &channel->taken, &kind);
    channel->unit = kind == obol_store_destroy;
    if (state == OBOL_COMPLETION_PENDING)
        return 0;
    if (state == OBOL_COMPLETION_NONE) {
        struct obol_err err;
        obol_fail(&err, OBOL_ERR_NOT_FOUND, "id",
                  "expected an id that was not taken, canceled or "
                  "kept past keep_ms");
        return obol_bind_net_fail(L, &err, OBOL_NET_UNKNOWN);
    }
    return push_taken(L, channel, form);
}

static const struct obol_bind_reply_form whole = {.into = 0};

static bool is_unit(const struct obol_bind_channel *channel, uint64_t id)
{
    return obol_completion_kind(channel->owner, id) == obol_store_destroy;
}

/* next() -> id and its reply (of a unit of work: its results), or id, nil, err: of work that became
 * done and that poll has not told yet | nothing when there is none; does not wait */
static int net_next(lua_State *L)
{
    struct obol_bind_channel *channel = channel_of(L);
    let_go(channel);
    obol_completion_destroyer *kind = NULL;
    uint64_t id = obol_completion_take_next(channel->owner, &channel->taken, &kind);
    channel->unit = kind == obol_store_destroy;
    if (id == 0)
        return 0;
    lua_pushinteger(L, (lua_Integer)id);
    return 1 + push_taken(L, channel, &whole);
}

/* take(id [, brief [, into]]) -> reply or results | nil, err | nothing while it is under way.
 * `brief`: a reply tells of its headers only retry-after and x-request-id; `into`: the table that
 * becomes the reply. */
static int net_take(lua_State *L)
{
    struct obol_bind_channel *channel = channel_of(L);
    uint64_t id = check_id(L, 1);
    const struct obol_bind_reply_form form = {.brief = lua_toboolean(L, 2),
                                              .into = lua_istable(L, 3) ? 3 : 0};
    return take(L, channel, id, &form);
}

/* send(request [, options [, options_of_call [, spent]]]) -> reply | nil, err: submits, waits and
 * takes; `spent` is that of submit */
static int net_send(lua_State *L)
{
    struct obol_err err;
    bool spent = lua_toboolean(L, 4);
    uint64_t id = submit(L, true, &err);
    if (spent)
        obol_bind_request_end(L, 1);
    if (id == 0)
        return obol_bind_net_fail(L, &err, OBOL_NET_NOT_SENT);
    (void)obol_net_wait(channel_of(L)->owner, id, -1);
    return take(L, channel_of(L), id, &whole);
}

int obol_bind_channel_take_unit(lua_State *L, struct obol_bind_channel *channel, uint64_t id)
{
    (void)obol_completion_wait(channel->owner, id, -1);
    return take(L, channel, id, &whole);
}

/* wait([id [, timeout_ms]]) -> whether it is done; without an id, whether any is (or none is under
 * way) */
static int net_wait(lua_State *L)
{
    uint64_t id = lua_isnoneornil(L, 1) ? 0 : check_id(L, 1);
    lua_pushboolean(L, obol_net_wait(channel_of(L)->owner, id, check_timeout(L, 2)));
    return 1;
}

/* cancel(id) -> "not_sent", "unknown" or "answered" | nil when there is no such id. It cannot be
 * taken afterwards. A unit of work is not stopped. */
static int net_cancel(lua_State *L)
{
    enum obol_net_outcome outcome = OBOL_NET_UNKNOWN;
    struct obol_bind_channel *channel = channel_of(L);
    uint64_t id = check_id(L, 1);
    if (is_unit(channel, id))
        (void)obol_completion_drop(channel->owner, id);
    else if (!obol_net_cancel(channel->owner, id, &outcome))
        return 0;
    lua_pushstring(L, outcome == OBOL_NET_NOT_SENT  ? "not_sent"
                      : outcome == OBOL_NET_UNKNOWN ? "unknown"
                                                    : "answered");
    return 1;
}

static void drain(int fd)
{
    char bytes[512];
    while (fd >= 0 && read(fd, bytes, sizeof bytes) > 0)
        continue;
}

/* poll() -> list of the ids that became done since the last call; does not wait */
static int net_poll(lua_State *L)
{
    uint64_t ids[POLL_AT_ONCE];
    struct obol_bind_channel *channel = channel_of(L);
    drain(channel->fd);
    lua_newtable(L);
    int count = 0;
    size_t got = 0;
    do {
        got = obol_completion_poll(channel->owner, ids, POLL_AT_ONCE);
        for (size_t i = 0; i < got; i++) {
            lua_pushinteger(L, (lua_Integer)ids[i]);
            lua_rawseti(L, -2, ++count);
        }
    } while (got == POLL_AT_ONCE);
    return 1;
}

/* fd() -> descriptor that becomes readable when poll has something to tell | nil, err */
static int net_fd(lua_State *L)
{
    struct obol_bind_channel *channel = channel_of(L);
    struct obol_err err;
    if (channel->fd >= 0 && channel->fd_of != getpid()) {
        close(channel->fd);
        channel->fd = -1;
    }
    if (channel->fd < 0)
        channel->fd = obol_announcer_connect(&err);
    channel->fd_of = getpid();
    if (channel->fd < 0)
        return obol_bind_fail(L, &err);
    lua_pushinteger(L, channel->fd);
    return 1;
}

/* sleep(ms) */
static int net_sleep(lua_State *L)
{
    int64_t until_ms = obol_clock_monotonic_ms() + check_timeout(L, 1);
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000) * 1000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
    return 0;
}

/* stats() -> counts of the process: started, connections, pending, pools, done, expired; and
 * whether the background thread runs */
static int net_stats(lua_State *L)
{
    struct obol_net_stats net = obol_net_stats();
    struct obol_completion_stats completion = obol_completion_stats();
    lua_createtable(L, 0, 7);
    obol_bind_set_count(L, "started", net.started);
    obol_bind_set_count(L, "connections", net.connections);
    obol_bind_set_count(L, "pending", net.pending);
    obol_bind_set_count(L, "pools", net.pools);
    obol_bind_set_count(L, "done", completion.done);
    obol_bind_set_count(L, "expired", completion.expired);
    lua_pushboolean(L, net.thread);
    lua_setfield(L, -2, "thread");
    return 1;
}

struct obol_bind_channel *obol_bind_channel_check(lua_State *L, int index)
{
    struct obol_bind_channel *channel = luaL_checkudata(L, index, CHANNEL_TYPE);
    if (channel->owner == NULL)
        luaL_argerror(L, index, "channel is closed");
    return channel;
}

static void push_channel(lua_State *L)
{
    struct obol_bind_channel *channel = lua_newuserdatauv(L, sizeof *channel, 0);
    *channel = (struct obol_bind_channel){.fd = -1};
    luaL_getmetatable(L, CHANNEL_TYPE);
    lua_setmetatable(L, -2);
    channel->owner = obol_completion_owner_new();
    if (channel->owner == NULL)
        luaL_error(L, "out of memory");
}

/* new() -> a table of these functions with ids of its own, and the `channel` that they stand on,
 * which a store's `submit` takes too */
static int net_new(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"sleep", net_sleep}, {"submit", net_submit}, {"send", net_send}, {"wait", net_wait},
        {"take", net_take},   {"cancel", net_cancel}, {"poll", net_poll}, {"fd", net_fd},
        {"stats", net_stats}, {"new", net_new},       {"next", net_next}, {NULL, NULL}};
    lua_newtable(L);
    push_channel(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "channel");
    lua_pushliteral(L, "status");
    lua_pushliteral(L, "headers");
    lua_pushliteral(L, "body");
    luaL_setfuncs(L, functions, OBOL_BIND_BODY);
    return 1;
}

void obol_bind_net(lua_State *L)
{
    luaL_newmetatable(L, CHANNEL_TYPE);
    lua_pushcfunction(L, channel_close);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    net_new(L);
    lua_setfield(L, -2, "net");
}
