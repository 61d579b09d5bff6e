#include "bind/describe.h"

#include "bind/account.h"
#include "bind/define.h"
#include "bind/node.h"
#include "call/copy.h"
#include "provider/registry.h"
#include "schema/describe.h"
#include "schema/redact.h"
#include "schema/selfcheck.h"

enum { DESCRIBE_MAX = 16 * 1024 * 1024 };

/* providers(): the names of the providers in the core, then of those defined in this state */
static int describe_providers(lua_State *L)
{
    int count = 0;
    const char *const *defined = obol_bind_defined_names(L);
    lua_newtable(L);
    for (size_t i = 0; obol_provider_at(i) != NULL; i++) {
        lua_pushstring(L, obol_provider_at(i)->name);
        lua_rawseti(L, -2, ++count);
    }
    for (; defined != NULL && *defined != NULL; defined++) {
        lua_pushstring(L, *defined);
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

static int fail_unknown(lua_State *L, const char *what, const char *expected)
{
    struct obol_err err;
    obol_fail(&err, OBOL_ERR_NOT_FOUND, what, "expected %s", expected);
    return obol_bind_fail(L, &err);
}

/* Pushes what keeps it. */
static const struct obol_provider *provider_at(lua_State *L, int index)
{
    luaL_checkstring(L, index);
    return obol_bind_provider(L, index);
}

/* All variants of one operation. */
static struct obol_node *variants(struct obol_arena *arena, const struct obol_provider *provider,
                                  const char *operation)
{
    struct obol_node *list = obol_node_new(arena, OBOL_NODE_LIST);
    for (const struct obol_operation *const *each = provider->operations; *each != NULL; each++)
        if (strcmp((*each)->name, operation) == 0 &&
            !obol_node_append(list, obol_describe_operation(arena, provider, *each)))
            return NULL;
    return list;
}

/* describe(provider): its table; describe(provider, operation): a list of the variants */
static int describe(lua_State *L)
{
    const char *operation = luaL_optstring(L, 2, NULL);
    lua_settop(L, 2);
    const struct obol_provider *provider = provider_at(L, 1);
    if (provider == NULL)
        return fail_unknown(L, "provider", "a known provider");
    struct obol_arena *arena = obol_bind_arena(L, DESCRIBE_MAX);
    struct obol_node *tree = operation != NULL ? variants(arena, provider, operation)
                                               : obol_describe_provider(arena, provider);
    if (tree == NULL)
        return luaL_error(L, "out of memory");
    if (operation != NULL && tree->count == 0)
        return fail_unknown(L, "operation", "an operation of this provider");
    obol_bind_node_push(L, tree);
    obol_bind_arena_end(arena);
    return 1;
}

/* selfcheck(provider): a list of { field, message }, empty when the table keeps all rules */
static int selfcheck(lua_State *L)
{
    const struct obol_provider *provider = provider_at(L, 1);
    if (provider == NULL)
        return fail_unknown(L, "provider", "a known provider");
    struct obol_arena *arena = obol_bind_arena(L, DESCRIBE_MAX);
    struct obol_problems problems = {.arena = arena};
    obol_selfcheck(provider, &problems);
    struct obol_err err = {.kind = OBOL_ERR_INVALID};
    obol_bind_fail_problems(L, &err, &problems);
    lua_getfield(L, -1, "fields");
    if (lua_isnil(L, -1))
        lua_newtable(L);
    obol_bind_arena_end(arena);
    return 1;
}

/* account:redact(operation, params): what was given, fit to be shown | nil, err */
int obol_account_method_redact(lua_State *L)
{
    struct obol_account *account = obol_bind_account_check(L, 1);
    const char *name = luaL_checkstring(L, 2);
    const struct obol_operation *operation = obol_operation_first(account->provider, name);
    luaL_checktype(L, 3, LUA_TTABLE);
    if (operation == NULL)
        return fail_unknown(L, "operation", "an operation of this provider");
    struct obol_arena *arena = obol_bind_arena(L, DESCRIBE_MAX);
    struct obol_err err = {0};
    const struct obol_node *borrowed = obol_bind_node_from_lua(L, 3, arena, &err);
    struct obol_node *params = borrowed != NULL ? obol_node_copy(arena, borrowed) : NULL;
    if (params == NULL || !obol_params_normalize(arena, params))
        return obol_bind_fail(L, &err);
    const struct obol_operation *chosen = obol_account_choose(account, name, params, NULL);
    struct obol_node *shown =
        obol_redact(arena, chosen != NULL ? chosen->request : operation->request, params);
    if (shown == NULL)
        return luaL_error(L, "out of memory");
    obol_bind_node_push(L, shown);
    obol_bind_arena_end(arena);
    return 1;
}

void obol_bind_describe(lua_State *L)
{
    static const luaL_Reg functions[] = {{"providers", describe_providers},
                                         {"describe", describe},
                                         {"selfcheck", selfcheck},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
