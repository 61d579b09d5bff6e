#include "base/clock.h"
#include "bind/account.h"
#include "bind/hook.h"
#include "bind/node.h"
#include "bind/number.h"
#include "call/copy.h"
#include "call/decode.h"
#include "call/notice.h"
#include "schema/check.h"
#include "schema/path.h"

enum { DECODE_MAX = 4 * OBOL_CEILING_REPLY };

/* The words that `decode` looks up. */
enum { STATUS = 1, BODY, SENT_BEFORE, PARAMS, EXPECT, WORD_END };
static const char *const words[] = {"status", "body", "sent_before", "params", "expect"};

/* The HTTP status of the reply at `index`; 0 when it has none. Leaves the member on the stack. */
static int status_of(lua_State *L, int index)
{
    int64_t status = 0;
    luaL_checktype(L, index, LUA_TTABLE);
    obol_bind_push_named(L, index, STATUS);
    if (!lua_isnil(L, -1) && (!obol_bind_int64(L, -1, &status) || status < 0 || status > 999))
        luaL_argerror(L, index, "expected status as an HTTP status");
    return (int)status;
}

/* Pushes a member of the table at `index`, nil when there is no table; its place on the stack. */
static int push_option(lua_State *L, int index, int word)
{
    if (lua_istable(L, index))
        obol_bind_push_named(L, index, word);
    else
        lua_pushnil(L);
    return lua_gettop(L);
}

/* The string or other value on top of the stack, borrowed. */
static struct obol_node *borrowed(lua_State *L, struct obol_arena *arena, struct obol_err *err)
{
    size_t size = 0;
    if (lua_type(L, -1) != LUA_TSTRING)
        return obol_bind_node_from_lua(L, -1, arena, err);
    const char *text = lua_tolstring(L, -1, &size);
    return obol_node_text(arena, obol_slice(text, size));
}

/* The expectation, the table at `index`, in whatever order: each member is looked for by its name.
 */
static struct obol_node *expected_at(lua_State *L, int index, struct obol_arena *arena,
                                     struct obol_err *err)
{
    luaL_checktype(L, index, LUA_TTABLE);
    struct obol_node *expect = obol_node_new(arena, OBOL_NODE_MAP);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        size_t size = 0;
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &size) : NULL;
        if (name == NULL) {
            obol_fail(err, OBOL_ERR_INVALID, "expect", "expected names alone");
            return NULL;
        }
        struct obol_node *value = borrowed(L, arena, err);
        if (value == NULL)
            return NULL;
        obol_node_name(value, obol_name(obol_slice(name, size)));
        if (!obol_node_append(expect, value))
            return NULL;
    }
    return expect;
}

/* The value at `index` as a tree that owns its bytes; null for nil. */
static bool node_at(lua_State *L, int index, struct obol_arena *arena, struct obol_node **node,
                    struct obol_err *err)
{
    *node = NULL;
    if (lua_isnil(L, index))
        return true;
    const struct obol_node *borrowed = obol_bind_node_from_lua(L, index, arena, err);
    *node = borrowed != NULL ? obol_node_copy(arena, borrowed) : NULL;
    return *node != NULL;
}

/* The member of the call's parameters, the table at `index`, that `when` begins with. */
static bool add_choosing(lua_State *L, int index, const char *when, struct obol_arena *arena,
                         struct obol_node *params, struct obol_err *err)
{
    struct obol_slice name = obol_path_step(&when).name;
    if (obol_node_get(params, name) != NULL)
        return true;
    lua_pushlstring(L, name.data, name.size);
    lua_rawget(L, index);
    struct obol_node *member = NULL;
    bool fine = node_at(L, lua_gettop(L), arena, &member, err);
    lua_pop(L, 1);
    if (member != NULL)
        obol_node_name(member, obol_name(name));
    return fine && (member == NULL || obol_node_append(params, member));
}

/* Of the call's parameters, at `index`, what chooses between an operation's variants: the rest says
 * nothing about its reply, and most of the time would go into converting it. */
static struct obol_node *choosing_params(lua_State *L, int index,
                                         const struct obol_provider *provider,
                                         const char *operation, struct obol_arena *arena,
                                         struct obol_err *err)
{
    struct obol_node *params = obol_node_new(arena, OBOL_NODE_MAP);
    bool fine = params != NULL;
    for (const struct obol_operation *const *each = provider->operations; fine && *each != NULL;
         each++)
        if ((*each)->when != NULL && strcmp((*each)->name, operation) == 0)
            fine = add_choosing(L, index, (*each)->when, arena, params, err);
    return fine && obol_params_normalize(arena, params) ? params : NULL;
}

/* The operation's first variant, where all its variants may do the same; else null. */
static const struct obol_operation *same_effect(const struct obol_provider *provider,
                                                const char *operation)
{
    const struct obol_operation *first = NULL;
    for (const struct obol_operation *const *each = provider->operations; *each != NULL; each++) {
        if (strcmp((*each)->name, operation) != 0)
            continue;
        if (first != NULL && (*each)->effect != first->effect)
            return NULL;
        first = first != NULL ? first : *each;
    }
    return first;
}

/* account:effect(operation, params): what the variant that fits may do: "money", "offer" or "none"
 * | nothing where none fits. Where all may do the same, what fits is not looked for. */
int obol_account_method_effect(lua_State *L)
{
    const struct obol_account *account = obol_bind_account_check(L, 1);
    const char *operation = luaL_checkstring(L, 2);
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_settop(L, 3);
    const struct obol_operation *chosen = same_effect(account->provider, operation);
    if (chosen == NULL) {
        struct obol_arena *arena = obol_bind_arena(L, DECODE_MAX);
        struct obol_err err = {0};
        const struct obol_node *params =
            choosing_params(L, 3, account->provider, operation, arena, &err);
        chosen = params != NULL ? obol_account_choose(account, operation, params, &err) : NULL;
        obol_bind_arena_end(arena);
    }
    if (chosen == NULL)
        return 0;
    lua_pushstring(L, obol_effect_name(chosen->effect));
    return 1;
}

static int fail_known(lua_State *L, const struct obol_err *err, enum obol_outcome outcome,
                      int status)
{
    obol_bind_fail(L, err);
    lua_pushstring(L, obol_outcome_name(outcome));
    lua_setfield(L, -2, "outcome");
    if (status != 0) {
        lua_pushinteger(L, status);
        lua_setfield(L, -2, "http_status");
    }
    return 2;
}

/* account:decode(operation, reply, { expect, sent_before, params }) -> result | nil, err */
static int decode(lua_State *L)
{
    const struct obol_account *account = obol_bind_account_check(L, 1);
    const struct obol_provider *provider = account->provider;
    struct obol_answered answered = {.operation = luaL_checkstring(L, 2)};
    lua_settop(L, 4);
    struct obol_arena *arena = obol_bind_arena(L, DECODE_MAX);
    struct obol_reply reply = {.status = status_of(L, 3)};
    obol_bind_push_named(L, 3, BODY);
    reply.body = obol_bind_bytes_of_member(L, 3, words[BODY - 1], arena);
    answered.sent_before = lua_toboolean(L, push_option(L, 4, SENT_BEFORE));
    int params_at = push_option(L, 4, PARAMS), expect_at = push_option(L, 4, EXPECT);
    struct obol_err err = {0};
    struct obol_node *expect = NULL;
    if (lua_istable(L, params_at)) {
        answered.params = choosing_params(L, params_at, provider, answered.operation, arena, &err);
        if (answered.params == NULL)
            return fail_known(L, &err, OBOL_UNKNOWN, 0);
    }
    /* borrowed from the caller's table, which is on the stack: no Lua runs until it was compared */
    if (!lua_isnil(L, expect_at)) {
        expect = expected_at(L, expect_at, arena, &err);
        if (expect == NULL)
            return fail_known(L, &err, OBOL_UNKNOWN, 0);
    }
    answered.expect = expect;
    /* no Lua runs from here until the result stands by itself */
    if (account->provider == NULL)
        return luaL_argerror(L, 1, "account is closed");
    struct obol_node *result = obol_node_new(arena, OBOL_NODE_MAP);
    enum obol_outcome outcome = OBOL_UNKNOWN;
    if (!obol_call_decode(account, &answered, &reply, arena, result, &outcome, &err))
        return fail_known(L, &err, outcome, reply.status);
    obol_bind_node_push(L, result);
    obol_bind_arena_end(arena);
    return 1;
}

void obol_account_push_decode(lua_State *L)
{
    obol_bind_push_naming(L, decode, words, WORD_END - 1);
}

/* The headers of a notification as a list in the arena; names have to be in lower case already. */
static bool read_headers(struct obol_node *map, struct obol_incoming *incoming)
{
    if (map == NULL || map->type != OBOL_NODE_MAP)
        return true;
    struct obol_header *headers =
        obol_arena_alloc(incoming->arena, (map->count + 1) * sizeof *headers);
    if (headers == NULL)
        return false;
    for (const struct obol_node *each = map->first; each != NULL; each = each->next) {
        /* a repeated header is a list: none of the providers may repeat one that counts */
        if (each->type != OBOL_NODE_TEXT)
            continue;
        headers[incoming->header_count++] =
            (struct obol_header){.name = each->name, .value = each->text};
    }
    incoming->headers = headers;
    return true;
}

/* A text member of the table at `index` that is not there is empty. Leaves it on the stack. */
static struct obol_slice text_member(lua_State *L, int index, const char *name)
{
    size_t size = 0;
    lua_getfield(L, index, name);
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &size) : "";
    return obol_slice(text, size);
}

/* account:open({ method, url, headers, body }, { time_ms }) -> event | nil, err */
int obol_account_method_open(lua_State *L)
{
    (void)obol_bind_account_check(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 3);
    struct obol_arena *arena = obol_bind_arena(L, DECODE_MAX);
    struct obol_incoming incoming = {.arena = arena, .time_ms = obol_clock_wall_ms()};
    incoming.body = obol_bind_member_bytes(L, 2, "body", arena);
    incoming.method = text_member(L, 2, "method");
    incoming.url = text_member(L, 2, "url");
    if (lua_istable(L, 3))
        lua_getfield(L, 3, "time_ms");
    else
        lua_pushnil(L);
    incoming.time_ms = obol_bind_time_of_member(L, 3);
    int results = 0;
    if (obol_bind_account_hooked(L, 1) && obol_bind_hook_open(L, incoming.time_ms, &results))
        return results;
    lua_getfield(L, 2, "headers");
    int headers_at = lua_gettop(L);
    /* no Lua runs from here until the event stands by itself */
    const struct obol_account *account = obol_bind_account_check(L, 1);
    struct obol_err err = {0};
    struct obol_node *headers = NULL;
    if (!node_at(L, headers_at, arena, &headers, &err) || !read_headers(headers, &incoming))
        return obol_bind_fail(L, &err);
    struct obol_node *event = obol_node_new(arena, OBOL_NODE_MAP);
    if (event == NULL || !obol_call_open(account, &incoming, event, &err))
        return obol_bind_fail(L, &err);
    obol_bind_node_push(L, event);
    obol_bind_arena_end(arena);
    return 1;
}

/* account:acknowledge(word) -> { status, headers, body } */
int obol_account_method_acknowledge(lua_State *L)
{
    const struct obol_account *account = obol_bind_account_check(L, 1);
    struct obol_answer_to reply;
    bool known = obol_call_acknowledge(account, luaL_checkstring(L, 2), &reply);
    luaL_argcheck(L, known, 2, "expected \"accepted\", \"later\" or \"refused\"");
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, reply.status);
    lua_setfield(L, -2, "status");
    lua_pushlstring(L, reply.body.data, reply.body.size);
    lua_setfield(L, -2, "body");
    lua_createtable(L, 0, 1);
    lua_pushstring(L, reply.content_type);
    lua_setfield(L, -2, "content-type");
    lua_setfield(L, -2, "headers");
    return 1;
}
