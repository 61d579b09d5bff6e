#include "bind/net.h"
#include "bind/number.h"
#include "bind/store_unit.h"

/* obol.core.store_open: databases as Lua sees them. */

static const char STORE_TYPE[] = "obol.store";
enum { UNIT_MAX = 16 * 1024 * 1024 };

struct store {
    struct obol_store *store;         /* null: closed */
    struct obol_store_unit *building; /* survives an error in between */
};

static struct store *check_store(lua_State *L)
{
    struct store *self = luaL_checkudata(L, 1, STORE_TYPE);
    if (self->store == NULL)
        luaL_argerror(L, 1, "store is closed");
    return self;
}

static void end(struct store *self, bool wait)
{
    obol_store_unit_free(self->building);
    self->building = NULL;
    struct obol_store *store = self->store;
    self->store = NULL;
    obol_store_close(store, wait);
}

static int store_gc(lua_State *L)
{
    end(luaL_checkudata(L, 1, STORE_TYPE), false);
    return 0;
}

/* store:close([at_once]): waits until all units are done and the database is closed; at once,
 * leaves that to the store's thread. May be called again. */
static int store_close(lua_State *L)
{
    end(luaL_checkudata(L, 1, STORE_TYPE), lua_toboolean(L, 2) == 0);
    return 0;
}

/* The id, or 0 with err. */
static uint64_t submit(lua_State *L, struct obol_bind_channel *channel, bool held,
                       struct obol_err *err)
{
    struct store *self = check_store(L);
    obol_store_unit_free(self->building);
    self->building = obol_store_unit_new(UNIT_MAX);
    if (self->building == NULL)
        luaL_error(L, "out of memory");
    if (!obol_bind_store_unit(L, 2, self->building, err))
        return 0;
    uint64_t id = obol_store_submit(self->store, channel->owner, self->building, held, err);
    if (id != 0)
        self->building = NULL;
    return id;
}

/* store:submit(unit, channel [, held]) -> id | nil, err. The channel is that of a table of
 * `net.new()`, whose functions then take the results: a list of { count =, rows ... }, one for each
 * statement. `held`: they are kept until then, however long it takes. */
static int store_submit(lua_State *L)
{
    struct obol_err err;
    struct obol_bind_channel *channel = obol_bind_channel_check(L, 3);
    uint64_t id = submit(L, channel, lua_toboolean(L, 4), &err);
    if (id == 0)
        return obol_bind_fail(L, &err);
    lua_pushinteger(L, (lua_Integer)id);
    return 1;
}

/* store:run(unit, channel) -> results | nil, err: submits, waits and takes */
static int store_run(lua_State *L)
{
    struct obol_err err;
    struct obol_bind_channel *channel = obol_bind_channel_check(L, 3);
    uint64_t id = submit(L, channel, true, &err);
    if (id == 0)
        return obol_bind_fail(L, &err);
    return obol_bind_channel_take_unit(L, channel, id);
}

/* store:stats() -> counts: units, groups, opened, repeated, prepared, pending */
static int store_stats(lua_State *L)
{
    struct obol_store_stats stats = obol_store_stats(check_store(L)->store);
    lua_createtable(L, 0, 6);
    obol_bind_set_count(L, "units", stats.units);
    obol_bind_set_count(L, "groups", stats.groups);
    obol_bind_set_count(L, "opened", stats.opened);
    obol_bind_set_count(L, "repeated", stats.repeated);
    obol_bind_set_count(L, "prepared", stats.prepared);
    obol_bind_set_count(L, "pending", stats.pending);
    return 1;
}

static bool read_check(lua_State *L, enum obol_store_check *check)
{
    static const char *const names[] = {"none", "quick", "full", NULL};
    const char *given = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(given, names[i]) != 0)
            continue;
        *check = (enum obol_store_check)i;
        return true;
    }
    return false;
}

static bool read_option(lua_State *L, const char *name, struct obol_store_options *options)
{
    int64_t number = 0;
    int64_t *milliseconds = strcmp(name, "busy_ms") == 0      ? &options->busy_ms
                            : strcmp(name, "connect_ms") == 0 ? &options->connect_ms
                            : strcmp(name, "timeout_ms") == 0 ? &options->timeout_ms
                            : strcmp(name, "keep_ms") == 0    ? &options->keep_ms
                                                              : NULL;
    if (strcmp(name, "check") == 0)
        return read_check(L, &options->check);
    if (!obol_bind_int64(L, -1, &number) || number < 1 || number > 1024 * 1024 * 1024)
        return false;
    if (milliseconds != NULL)
        *milliseconds = number;
    else if (strcmp(name, "max_result") == 0)
        options->max_result = (size_t)number;
    else
        return false;
    return true;
}

static bool read_options(lua_State *L, int index, struct obol_store_options *options,
                         struct obol_err *err)
{
    if (lua_isnoneornil(L, index))
        return true;
    luaL_checktype(L, index, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        if (read_option(L, name, options))
            continue;
        obol_fail(err, OBOL_ERR_INVALID, "", "expected a known option with a fitting value");
        return obol_err_in_member(err, name, strlen(name));
    }
    return true;
}

/* store_open(url [, options]) -> store | nil, err. Nothing is opened before the first unit. */
static int store_open(lua_State *L)
{
    struct obol_err err;
    struct obol_store_options options = obol_store_defaults();
    size_t size = 0;
    const char *url = luaL_checklstring(L, 1, &size);
    lua_settop(L, 2);
    if (!read_options(L, 2, &options, &err))
        return obol_bind_fail(L, &err);
    struct store *self = lua_newuserdatauv(L, sizeof *self, 0);
    *self = (struct store){0};
    luaL_getmetatable(L, STORE_TYPE);
    lua_setmetatable(L, -2);
    self->store = obol_store_open(obol_slice(url, size), &options, &err);
    return self->store != NULL ? 1 : obol_bind_fail(L, &err);
}

void obol_bind_store(lua_State *L)
{
    static const luaL_Reg methods[] = {{"submit", store_submit}, {"run", store_run},
                                       {"close", store_close},   {"stats", store_stats},
                                       {"__gc", store_gc},       {NULL, NULL}};
    luaL_newmetatable(L, STORE_TYPE);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, store_open);
    lua_setfield(L, -2, "store_open");
}
