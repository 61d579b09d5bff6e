#include "bind/request.h"

#include "bind/secret.h"
#include "bind/type.h"
#include "wire/url.h"

static const struct obol_bind_type TYPE = {"obol.request", OBOL_BIND_REQUEST};
enum { CEILING = 4 * OBOL_CEILING_REQUEST };

struct holder {
    struct obol_request request;
    struct obol_arena arena;
};

/* The one that was ended last, pushed: it is empty, and its memory is near at hand. */
static struct holder *take_kept(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, OBOL_BIND_KEPT_REQUEST);
    struct holder *holder = lua_touserdata(L, -1);
    if (holder == NULL) {
        lua_pop(L, 1);
        return NULL;
    }
    lua_pushnil(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, OBOL_BIND_KEPT_REQUEST);
    return holder;
}

struct obol_request *obol_bind_request_push(lua_State *L, struct obol_arena **arena)
{
    struct holder *holder = take_kept(L);
    if (holder == NULL) {
        holder = lua_newuserdatauv(L, sizeof *holder, 0);
        *holder = (struct holder){0};
        obol_arena_init(&holder->arena, CEILING);
        obol_bind_type_set(L, &TYPE);
    }
    *arena = &holder->arena;
    return &holder->request;
}

void obol_bind_request_end(lua_State *L, int index)
{
    struct holder *holder = obol_bind_type_test(L, index, &TYPE);
    if (holder == NULL)
        return;
    holder->request = (struct obol_request){0};
    lua_rawgeti(L, LUA_REGISTRYINDEX, OBOL_BIND_KEPT_REQUEST);
    bool has_one = !lua_isnil(L, -1);
    lua_pop(L, 1);
    if (has_one) {
        obol_arena_free(&holder->arena);
        return;
    }
    obol_arena_clear(&holder->arena);
    lua_pushvalue(L, index);
    lua_rawseti(L, LUA_REGISTRYINDEX, OBOL_BIND_KEPT_REQUEST);
}

/* wipe_request(request): nobody may use it any more. Anything else is left as it is. */
static int wipe_request(lua_State *L)
{
    lua_settop(L, 1);
    obol_bind_request_end(L, 1);
    return 0;
}

struct obol_request *obol_bind_request_test(lua_State *L, int index)
{
    struct holder *holder = obol_bind_type_test(L, index, &TYPE);
    return holder != NULL ? &holder->request : NULL;
}

static int push_slice(lua_State *L, struct obol_slice slice)
{
    lua_pushlstring(L, slice.data != NULL ? slice.data : "", slice.size);
    return 1;
}

static int push_headers(lua_State *L, const struct obol_request *request)
{
    lua_createtable(L, 0, (int)request->header_count);
    for (size_t i = 0; i < request->header_count; i++) {
        push_slice(L, request->headers[i].name);
        push_slice(L, request->headers[i].value);
        lua_rawset(L, -3);
    }
    return 1;
}

/* A body that holds a secret stays out of Lua's strings until somebody reveals it on purpose. */
static int push_body(lua_State *L, const struct obol_request *request)
{
    if (!request->secret)
        return push_slice(L, request->body);
    struct obol_bind_secret *secret = obol_bind_secret_push(L, request->body.size);
    memcpy(secret->data, request->body.data, request->body.size);
    return 1;
}

static int request_index(lua_State *L)
{
    const struct obol_request *request = obol_bind_request_test(L, 1);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (request == NULL)
        return 0;
    if (strcmp(name, "method") == 0)
        return push_slice(L, request->method);
    if (strcmp(name, "url") == 0)
        return push_slice(L, request->url);
    if (strcmp(name, "pool") == 0)
        return push_slice(L, request->pool);
    if (strcmp(name, "headers") == 0)
        return push_headers(L, request);
    if (strcmp(name, "body") == 0)
        return push_body(L, request);
    if (strcmp(name, "bytes") == 0) {
        lua_pushinteger(L, (lua_Integer)request->body.size);
        return 1;
    }
    if (strcmp(name, "warning") == 0)
        return request->warning.size != 0 ? push_slice(L, request->warning) : 0;
    if (strcmp(name, "repeat_safe") == 0) {
        lua_pushboolean(L, request->repeat_safe);
        return 1;
    }
    return 0;
}

/* Where it goes and how large it is, and nothing that anybody wrote into it: a path may hold a
 * customer's id. */
static int request_tostring(lua_State *L)
{
    const struct obol_request *request = obol_bind_request_test(L, 1);
    struct obol_url url;
    if (request == NULL || !obol_url_parse(request->url, &url, NULL))
        return luaL_error(L, "expected an obol.request");
    lua_pushliteral(L, "[request ");
    push_slice(L, request->method);
    lua_pushliteral(L, " ");
    push_slice(L, url.host);
    lua_pushfstring(L, " %d bytes]", (int)request->body.size);
    lua_concat(L, 5);
    return 1;
}

static int request_gc(lua_State *L)
{
    struct holder *holder = obol_bind_type_check(L, 1, &TYPE);
    obol_arena_free(&holder->arena);
    holder->request = (struct obol_request){0};
    return 0;
}

void obol_bind_request(lua_State *L)
{
    lua_pushcfunction(L, wipe_request);
    lua_setfield(L, -2, "wipe_request");
    static const luaL_Reg meta[] = {{"__index", request_index},
                                    {"__tostring", request_tostring},
                                    {"__gc", request_gc},
                                    {NULL, NULL}};
    obol_bind_type_push(L, &TYPE);
    luaL_setfuncs(L, meta, 0);
    lua_pushliteral(L, "obol.request");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
