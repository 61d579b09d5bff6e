#include "bind/net.h"
#include "bind/request.h"

#include <math.h>

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
    const struct obol_request *ready = obol_bind_request_test(L, index);
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

/* Options are settings: what is wrong with one is an error to report, not to raise. */

static bool refuse_option(struct obol_err *err, const char *name, const char *expected)
{
    return obol_fail(err, OBOL_ERR_INVALID, name, "expected %s", expected);
}

static bool read_integer(lua_State *L, const char *name, int64_t *value, struct obol_err *err)
{
    double number = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;
    if (!(number >= 1 && number <= 1e12) || floor(number) < number)
        return refuse_option(err, name, "a whole number above 0");
    *value = (int64_t)number;
    return true;
}

static bool read_boolean(lua_State *L, const char *name, bool *value, struct obol_err *err)
{
    if (lua_type(L, -1) != LUA_TBOOLEAN)
        return refuse_option(err, name, "true or false");
    *value = lua_toboolean(L, -1);
    return true;
}

static bool read_text(lua_State *L, const char *name, struct obol_slice *value,
                      struct obol_err *err)
{
    if (lua_type(L, -1) != LUA_TSTRING)
        return refuse_option(err, name, "a text");
    size_t size = 0;
    const char *data = lua_tolstring(L, -1, &size);
    *value = obol_slice(data, size);
    return true;
}

/* Most names that are compared differ at once. */
static inline bool is(const char *name, const char *text)
{
    return name[0] == text[0] && strcmp(name, text) == 0;
}

/* What a call's options say of its request: of two words on repeating, the more careful one holds;
 * the account stands in for a pool. */
static bool read_call_option(lua_State *L, const char *name, struct obol_request *request,
                             struct obol_err *err)
{
    if (is(name, "repeat_safe")) {
        bool safe = false;
        bool good = read_boolean(L, name, &safe, err);
        request->repeat_safe = request->repeat_safe && safe;
        return good;
    }
    if (is(name, "account")) {
        struct obol_slice account = {0};
        bool good = read_text(L, name, &account, err);
        if (request->pool.size == 0)
            request->pool = account;
        return good;
    }
    return obol_fail(err, OBOL_ERR_INVALID, name, "expected a known option");
}

static bool read_option(lua_State *L, const char *name, struct obol_net_options *options,
                        struct obol_request *request, struct obol_err *err)
{
    int64_t number = 0;
    if (is(name, "timeout_ms"))
        return read_integer(L, name, &options->timeout_ms, err);
    if (is(name, "connect_ms"))
        return read_integer(L, name, &options->connect_ms, err);
    if (is(name, "first_byte_ms"))
        return read_integer(L, name, &options->first_byte_ms, err);
    if (is(name, "keep_ms"))
        return read_integer(L, name, &options->keep_ms, err);
    if (is(name, "max_reply")) {
        bool good = read_integer(L, name, &number, err);
        options->max_reply = (size_t)number;
        return good;
    }
    if (is(name, "ca_file"))
        return read_text(L, name, &options->ca_file, err);
    if (is(name, "allow_http"))
        return read_boolean(L, name, &options->allow_http, err);
    if (is(name, "proxy") && lua_type(L, -1) == LUA_TBOOLEAN)
        return read_boolean(L, name, &options->proxy_from_environment, err);
    if (is(name, "proxy"))
        return read_text(L, name, &options->proxy, err);
    return read_call_option(L, name, request, err);
}

bool obol_bind_net_options(lua_State *L, int index, struct obol_net_options *options,
                           struct obol_request *request, struct obol_err *err)
{
    if (lua_isnoneornil(L, index))
        return true;
    luaL_checktype(L, index, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        if (!read_option(L, name, options, request, err))
            return false;
    }
    return true;
}
