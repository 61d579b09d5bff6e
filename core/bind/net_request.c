#include "bind/net.h"

#include <math.h>

/* The request of an account, where that part of the module is there. */
__attribute__((weak)) struct obol_request *obol_bind_request_test(lua_State *L, int index);

static int refuse(lua_State *L, const char *what, const char *name, const char *expected)
{
    return luaL_error(L, "%s.%s: expected %s", what, name, expected);
}

/* The string or secret on top of the stack, which stays alive in the caller's table. */
static struct obol_slice bytes_on_top(lua_State *L, const char *what, const char *name)
{
    int type = lua_type(L, -1);
    if (type != LUA_TSTRING && type != LUA_TUSERDATA)
        refuse(L, what, name, "a string or an obol.secret");
    return obol_bind_bytes(L, lua_gettop(L));
}

static struct obol_slice text_on_top(lua_State *L, const char *what, const char *name)
{
    if (lua_type(L, -1) != LUA_TSTRING)
        refuse(L, what, name, "a string");
    size_t size = 0;
    const char *data = lua_tolstring(L, -1, &size);
    return obol_slice(data, size);
}

static bool boolean_on_top(lua_State *L, const char *what, const char *name)
{
    if (lua_type(L, -1) != LUA_TBOOLEAN)
        refuse(L, what, name, "true or false");
    return lua_toboolean(L, -1);
}

static void add_header(lua_State *L, struct obol_bind_net_request *out, struct obol_slice name)
{
    if (out->request.header_count == OBOL_BIND_HEADERS_MAX)
        refuse(L, "request", "headers", "at most 128 of them");
    out->headers[out->request.header_count++] =
        (struct obol_header){.name = name, .value = bytes_on_top(L, "request", "headers")};
}

/* { name = value } or { name = { value, value } }, with the table on top of the stack. */
static void read_headers(lua_State *L, struct obol_bind_net_request *out)
{
    if (lua_type(L, -1) != LUA_TTABLE)
        refuse(L, "request", "headers", "a table");
    int headers = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, headers) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            refuse(L, "request", "headers", "names as keys");
        size_t size = 0;
        const char *data = lua_tolstring(L, -2, &size);
        struct obol_slice name = obol_slice(data, size);
        if (lua_type(L, -1) != LUA_TTABLE) {
            add_header(L, out, name);
            continue;
        }
        for (int i = 1;; i++) {
            lua_rawgeti(L, -1, i);
            bool end = lua_isnil(L, -1);
            if (!end)
                add_header(L, out, name);
            lua_pop(L, 1);
            if (end)
                break;
        }
    }
}

static void read_member(lua_State *L, const char *name, struct obol_bind_net_request *out)
{
    struct obol_request *request = &out->request;
    if (strcmp(name, "method") == 0)
        request->method = text_on_top(L, "request", name);
    else if (strcmp(name, "url") == 0)
        request->url = bytes_on_top(L, "request", name);
    else if (strcmp(name, "headers") == 0)
        read_headers(L, out);
    else if (strcmp(name, "body") == 0)
        request->body = bytes_on_top(L, "request", name);
    else if (strcmp(name, "pool") == 0)
        request->pool = bytes_on_top(L, "request", name);
    else if (strcmp(name, "repeat_safe") == 0)
        request->repeat_safe = boolean_on_top(L, "request", name);
    else
        luaL_error(L, "request: expected method, url, headers, body, pool or repeat_safe");
}

void obol_bind_net_request(lua_State *L, int index, struct obol_bind_net_request *out)
{
    struct obol_request *ready =
        obol_bind_request_test != NULL ? obol_bind_request_test(L, index) : NULL;
    if (ready != NULL) {
        out->request = *ready;
        return;
    }
    luaL_checktype(L, index, LUA_TTABLE);
    out->request = (struct obol_request){.method = obol_slice("GET", 3), .headers = out->headers};
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "request: expected method, url, headers, body, pool or repeat_safe");
        read_member(L, lua_tostring(L, -2), out);
    }
    if (out->request.url.data == NULL)
        refuse(L, "request", "url", "a string");
}

static int64_t integer_on_top(lua_State *L, const char *name)
{
    double number = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;
    if (!(number >= 0 && number <= 1e12) || floor(number) < number)
        refuse(L, "options", name, "a whole number that is not negative");
    return (int64_t)number;
}

static void read_proxy(lua_State *L, struct obol_net_options *options)
{
    if (lua_type(L, -1) == LUA_TBOOLEAN)
        options->proxy_from_environment = lua_toboolean(L, -1);
    else
        options->proxy = text_on_top(L, "options", "proxy");
}

/* Of the caller's word and the request's, the more careful one holds. */
static void read_repeat_safe(lua_State *L, struct obol_request *request)
{
    if (!boolean_on_top(L, "options", "repeat_safe"))
        request->repeat_safe = false;
}

static void read_account(lua_State *L, struct obol_request *request)
{
    struct obol_slice account = text_on_top(L, "options", "account");
    if (request->pool.size == 0)
        request->pool = account;
}

static void read_option(lua_State *L, const char *name, struct obol_net_options *options,
                        struct obol_request *request)
{
    if (strcmp(name, "timeout_ms") == 0)
        options->timeout_ms = integer_on_top(L, name);
    else if (strcmp(name, "connect_ms") == 0)
        options->connect_ms = integer_on_top(L, name);
    else if (strcmp(name, "first_byte_ms") == 0)
        options->first_byte_ms = integer_on_top(L, name);
    else if (strcmp(name, "keep_ms") == 0)
        options->keep_ms = integer_on_top(L, name);
    else if (strcmp(name, "max_reply") == 0)
        options->max_reply = (size_t)integer_on_top(L, name);
    else if (strcmp(name, "ca_file") == 0)
        options->ca_file = text_on_top(L, "options", name);
    else if (strcmp(name, "allow_http") == 0)
        options->allow_http = boolean_on_top(L, "options", name);
    else if (strcmp(name, "proxy") == 0)
        read_proxy(L, options);
    else if (strcmp(name, "repeat_safe") == 0)
        read_repeat_safe(L, request);
    else if (strcmp(name, "account") == 0)
        read_account(L, request);
    else
        luaL_error(L, "options: expected timeout_ms, connect_ms, first_byte_ms, keep_ms, "
                      "max_reply, ca_file, allow_http, proxy, repeat_safe or account");
}

struct obol_net_options obol_bind_net_options(lua_State *L, int index, struct obol_request *request)
{
    struct obol_net_options options = obol_net_defaults();
    if (lua_isnoneornil(L, index))
        return options;
    luaL_checktype(L, index, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        read_option(L, name, &options, request);
    }
    return options;
}
