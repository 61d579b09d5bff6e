#include "bind/net.h"

static const char *const outcome_names[] = {
    [OBOL_NET_ANSWERED] = "answered",
    [OBOL_NET_NOT_SENT] = "not_sent",
    [OBOL_NET_UNKNOWN] = "unknown",
};

int obol_bind_net_fail(lua_State *L, const struct obol_err *err, enum obol_net_outcome outcome)
{
    int count = obol_bind_fail(L, err);
    lua_pushstring(L, outcome_names[outcome]);
    lua_setfield(L, -2, "outcome");
    return count;
}

static void push(lua_State *L, struct obol_slice slice)
{
    lua_pushlstring(L, slice.data != NULL ? slice.data : "", slice.size);
}

static bool is_repeated(const struct obol_reply *reply, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (obol_slice_equal(reply->headers[i].name, reply->headers[index].name))
            return true;
    return false;
}

/* With the headers' table on top: a value alone stands as it is, several become a list. */
static void set_header(lua_State *L, const struct obol_reply *reply, size_t index)
{
    const struct obol_header *header = &reply->headers[index];
    int headers = lua_gettop(L);
    push(L, header->name);
    if (!is_repeated(reply, index)) {
        push(L, header->value);
        lua_rawset(L, headers);
        return;
    }
    lua_pushvalue(L, -1);
    lua_rawget(L, headers);
    if (lua_type(L, -1) == LUA_TSTRING) {
        lua_createtable(L, 2, 0);
        lua_insert(L, -2);
        lua_rawseti(L, -2, 1);
    }
    push(L, header->value);
    lua_rawseti(L, -2, (int)lua_rawlen(L, -2) + 1);
    lua_rawset(L, headers);
}

static void push_all_headers(lua_State *L, const struct obol_reply *reply)
{
    lua_createtable(L, 0, (int)reply->header_count);
    for (size_t i = 0; i < reply->header_count; i++)
        set_header(L, reply, i);
}

/* Headers that say something of a call, whatever its answer is; nil where there are none. */
static void push_telling_headers(lua_State *L, const struct obol_reply *reply)
{
    bool any = false;
    for (size_t i = 0; i < reply->header_count; i++) {
        struct obol_slice name = reply->headers[i].name;
        if (!obol_slice_is(name, "retry-after") && !obol_slice_is(name, "x-request-id"))
            continue;
        if (!any)
            lua_createtable(L, 0, 2);
        any = true;
        set_header(L, reply, i);
    }
    if (!any)
        lua_pushnil(L);
}

/* The value on top of the stack under a name among the upvalues. */
static void set_named(lua_State *L, int table, int upvalue)
{
    lua_pushvalue(L, lua_upvalueindex(upvalue));
    lua_insert(L, -2);
    lua_rawset(L, table);
}

int obol_bind_net_result(lua_State *L, const struct obol_net_result *result,
                         const struct obol_bind_reply_form *form)
{
    if (result == NULL) {
        struct obol_err err;
        obol_fail(&err, OBOL_ERR_INTERNAL, "", "the process that sent it was forked");
        return obol_bind_net_fail(L, &err, OBOL_NET_UNKNOWN);
    }
    if (result->outcome != OBOL_NET_ANSWERED)
        return obol_bind_net_fail(L, &result->err, result->outcome);
    const struct obol_reply *reply = &result->reply;
    if (form->into != 0)
        lua_pushvalue(L, form->into);
    else
        lua_createtable(L, 0, 3);
    int table = lua_gettop(L);
    lua_pushinteger(L, reply->status);
    set_named(L, table, OBOL_BIND_STATUS);
    if (form->brief)
        push_telling_headers(L, reply);
    else
        push_all_headers(L, reply);
    set_named(L, table, OBOL_BIND_HEADERS);
    push(L, reply->body);
    set_named(L, table, OBOL_BIND_BODY);
    return 1;
}
