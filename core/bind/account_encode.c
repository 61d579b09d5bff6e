#include "base/clock.h"
#include "bind/account.h"
#include "bind/define.h"
#include "bind/hook.h"
#include "bind/node.h"
#include "bind/number.h"
#include "bind/request.h"
#include "call/encode.h"

enum { PARAMS_MAX = 4 * OBOL_CEILING_REQUEST };
static const int64_t TIME_END = (int64_t)1 << 53; /* the year 287396 */

/* The words that `encode` looks up. */
enum { TIME_MS = 1, NONCE, KEY, TOKEN, WORD_END };
static const char *const words[] = {"time_ms", "nonce", "key", "token"};

int64_t obol_bind_time_of_member(lua_State *L, int index)
{
    int64_t time_ms = 0;
    if (lua_isnil(L, -1))
        return obol_clock_wall_ms();
    luaL_argcheck(L, obol_bind_int64(L, -1, &time_ms) && time_ms >= 0 && time_ms < TIME_END, index,
                  "expected time_ms as whole milliseconds since 1970");
    return time_ms;
}

/* Leaves what it borrows on the stack. */
static struct obol_moment moment_at(lua_State *L, int index, struct obol_arena *arena)
{
    struct obol_moment moment = {0};
    if (lua_isnoneornil(L, index)) {
        moment.time_ms = obol_clock_wall_ms();
        return moment;
    }
    luaL_checktype(L, index, LUA_TTABLE);
    obol_bind_push_named(L, index, TIME_MS);
    moment.time_ms = obol_bind_time_of_member(L, index);
    struct obol_slice *const members[] = {
        [NONCE] = &moment.nonce, [KEY] = &moment.key, [TOKEN] = &moment.token};
    for (int word = NONCE; word < WORD_END; word++) {
        obol_bind_push_named(L, index, word);
        *members[word] = obol_bind_bytes_of_member(L, index, words[word - 1], arena);
    }
    return moment;
}

static struct obol_node *params_at(lua_State *L, int index, struct obol_arena *arena,
                                   struct obol_err *err)
{
    if (lua_isnoneornil(L, index))
        return obol_node_new(arena, OBOL_NODE_MAP);
    luaL_checktype(L, index, LUA_TTABLE);
    struct obol_node *params = obol_bind_node_from_lua(L, index, arena, err);
    if (params != NULL && params->type != OBOL_NODE_MAP) {
        obol_fail(err, OBOL_ERR_INVALID, NULL, "expected a table with named members");
        return NULL;
    }
    return params;
}

static int fail_unsent(lua_State *L, const struct obol_err *err)
{
    const struct obol_problems none = {0};
    return obol_bind_fail_problems(L, err, &none);
}

/* account:encode(operation, params, { time_ms, nonce, key, token }) -> request | nil, err */
static int encode(lua_State *L)
{
    (void)obol_bind_account_check(L, 1);
    const char *operation = luaL_checkstring(L, 2);
    lua_settop(L, 4);
    struct obol_arena *keep = NULL;
    struct obol_request *request = obol_bind_request_push(L, &keep);
    int result = lua_gettop(L);
    struct obol_arena *scratch = obol_bind_arena(L, PARAMS_MAX);
    struct obol_moment moment = moment_at(L, 4, scratch);
    moment.names = obol_bind_defined_names(L);
    /* no Lua runs from here until the request stands by itself */
    const struct obol_account *account = obol_bind_account_check(L, 1);
    struct obol_err err = {0};
    struct obol_problems problems = {.arena = scratch};
    struct obol_node *params = params_at(L, 3, scratch, &err);
    if (params == NULL)
        return fail_unsent(L, &err);
    if (!obol_call_encode(account, operation, params, &moment, scratch, keep, request, &problems,
                          &err))
        return obol_bind_fail_problems(L, &err, &problems);
    if (!obol_bind_account_hooked(L, 1)) {
        obol_bind_arena_end(scratch);
        lua_settop(L, result);
        return 1;
    }
    struct obol_bind_signing signing = {.operation = operation,
                                        .moment = &moment,
                                        .base_url_size = account->base_url.size,
                                        .request = request,
                                        .arena = keep};
    return obol_bind_hook_sign(L, &signing, result);
}

void obol_account_push_encode(lua_State *L)
{
    obol_bind_push_naming(L, encode, words, WORD_END - 1);
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    if (text == NULL)
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

/* account:plan(operation, params): what is declared of the variant that fits | nil, err */
int obol_account_method_plan(lua_State *L)
{
    (void)obol_bind_account_check(L, 1);
    const char *operation = luaL_checkstring(L, 2);
    lua_settop(L, 3);
    struct obol_arena *arena = obol_bind_arena(L, PARAMS_MAX);
    const struct obol_account *account = obol_bind_account_check(L, 1);
    struct obol_err err = {0};
    struct obol_node *params = params_at(L, 3, arena, &err);
    if (params == NULL || !obol_params_normalize(arena, params))
        return fail_unsent(L, &err);
    const struct obol_operation *chosen = obol_account_choose(account, operation, params, &err);
    if (chosen == NULL)
        return fail_unsent(L, &err);
    obol_bind_arena_end(arena);
    lua_createtable(L, 0, 8);
    set_text(L, "operation", chosen->name);
    set_text(L, "variant", chosen->variant);
    set_text(L, "effect", obol_effect_name(chosen->effect));
    set_text(L, "found_by", obol_found_by_name(chosen->found_by));
    set_text(L, "found_with", chosen->found_with);
    set_text(L, "proof", chosen->proof_with != NULL ? "new_order" : NULL);
    set_text(L, "proof_with", chosen->proof_with);
    lua_pushboolean(L, chosen->repeat_safe == OBOL_YES);
    lua_setfield(L, -2, "repeat_safe");
    return 1;
}
