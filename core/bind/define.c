#include "bind/define.h"

#include "bind/account.h"
#include "bind/node.h"
#include "bind/type.h"
#include "provider/registry.h"
#include "schema/selfcheck.h"

/*
 * A definition lives in a userdata, which accounts refer to: with another definition of the name,
 * accounts that are open keep theirs. Two tables of the registry hold the newest by name, and the
 * names as the core wants them.
 */

static const char DEFINITION_TYPE[] = "obol.definition";
static const char DEFINED[] = "obol.defined";
enum { SCRATCH_MAX = 16 * 1024 * 1024 };

struct definition {
    struct obol_arena arena;
    struct obol_compiled compiled;
};

static int definition_gc(lua_State *L)
{
    struct definition *definition = luaL_checkudata(L, 1, DEFINITION_TYPE);
    obol_arena_free(&definition->arena);
    return 0;
}

static struct definition *push_definition(lua_State *L)
{
    struct definition *definition = lua_newuserdatauv(L, sizeof *definition, 1);
    *definition = (struct definition){0};
    obol_arena_init(&definition->arena, OBOL_CEILING_COMPILED);
    if (luaL_newmetatable(L, DEFINITION_TYPE)) {
        lua_pushcfunction(L, definition_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return definition;
}

/* Pushes a table of the registry. */
static void push_defined(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, DEFINED);
    if (!lua_isnil(L, -1))
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, DEFINED);
}

const struct obol_compiled *obol_bind_compiled(lua_State *L, int index)
{
    struct definition *definition = luaL_testudata(L, index, DEFINITION_TYPE);
    return definition != NULL ? &definition->compiled : NULL;
}

const struct obol_provider *obol_bind_provider(lua_State *L, int index)
{
    size_t size = 0;
    index = lua_absindex(L, index);
    lua_pushnil(L);
    if (lua_type(L, index) != LUA_TSTRING)
        return NULL;
    const char *name = lua_tolstring(L, index, &size);
    const struct obol_provider *provider = obol_provider_find(obol_slice(name, size));
    if (provider != NULL)
        return provider;
    lua_pop(L, 1);
    push_defined(L);
    lua_pushvalue(L, index);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    const struct obol_compiled *compiled = obol_bind_compiled(L, -1);
    return compiled != NULL ? &compiled->provider : NULL;
}

const char *const *obol_bind_defined_names(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, OBOL_BIND_DEFINED_NAMES);
    return lua_touserdata(L, -1);
}

/* The names of the table on top of the stack, in a userdata that holds them with their texts. */
static void keep_names(lua_State *L)
{
    int defined = lua_gettop(L), count = 0;
    size_t size = sizeof(char *);
    for (lua_pushnil(L); lua_next(L, defined) != 0; lua_pop(L, 1)) {
        size += sizeof(char *) + lua_rawlen(L, -2) + 1;
        count++;
    }
    char **names = lua_newuserdatauv(L, size, 0);
    char *text = (char *)(names + count + 1);
    int index = 0;
    for (lua_pushnil(L); lua_next(L, defined) != 0; lua_pop(L, 1)) {
        size_t length = 0;
        const char *name = lua_tolstring(L, -2, &length);
        memcpy(text, name, length + 1);
        names[index++] = text;
        text += length + 1;
    }
    names[index] = NULL;
    lua_rawseti(L, LUA_REGISTRYINDEX, OBOL_BIND_DEFINED_NAMES);
}

/* Puts the definition at `index` in the place of the one that had its name. */
static void swap(lua_State *L, int index, const char *name)
{
    push_defined(L);
    lua_pushvalue(L, index);
    lua_setfield(L, -2, name);
    keep_names(L);
    lua_pop(L, 1);
}

static int fail(lua_State *L, const struct obol_problems *problems)
{
    struct obol_err err = {0};
    (void)obol_problems_none(problems, &err);
    int results = obol_bind_fail_problems(L, &err, problems);
    lua_pushnil(L); /* nothing was to be sent */
    lua_setfield(L, -2, "outcome");
    return results;
}

/* The self-check names an operation by itself; here it stands among other members. */
static void name_places(const struct obol_provider *provider, struct obol_problems *problems)
{
    for (struct obol_problem *each = problems->first; each != NULL; each = each->next)
        for (size_t i = 0; provider->operations[i] != NULL; i++)
            if (obol_slice_starts(each->field, provider->operations[i]->name)) {
                struct obol_slice whole = obol_arena_format(
                    problems->arena, "operations.%.*s", (int)each->field.size, each->field.data);
                if (whole.data != NULL)
                    each->field = whole;
                break;
            }
}

static bool check(struct definition *definition, struct obol_problems *problems)
{
    const struct obol_provider *provider = &definition->compiled.provider;
    if (obol_provider_find(obol_slice_text(provider->name)) != NULL)
        obol_problem_add(problems, OBOL_ERR_CONFLICT, "name",
                         "expected a name that no provider of the library has");
    else
        obol_selfcheck(provider, problems);
    name_places(provider, problems);
    return problems->count == 0;
}

/* define(definition, hooks) -> { name, header, signs, opens } | nil, err; a null of the definition
 * stands where it has a function. The hooks are `sign(request, account)` and `open(incoming,
 * account)`, or absent. */
static int define(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    struct definition *definition = push_definition(L);
    struct obol_arena *scratch = obol_bind_arena(L, SCRATCH_MAX);
    struct obol_problems problems = {.arena = scratch};
    struct obol_err err = {0};
    const struct obol_node *tree = obol_bind_node_from_lua(L, 1, scratch, &err);
    if (tree == NULL)
        return obol_bind_fail(L, &err);
    if (!obol_compile(&definition->arena, tree, &definition->compiled, &problems) ||
        !check(definition, &problems))
        return fail(L, &problems);
    lua_pushvalue(L, 2);
    obol_bind_set_table(L, 3);
    swap(L, 3, definition->compiled.provider.name);
    lua_pushstring(L, definition->compiled.provider.name);
    return 1;
}

/* Puts the definitions back that were there when it was made. */
static int restore(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, DEFINED);
    keep_names(L);
    return 0;
}

/* definitions() -> a function that undoes whatever is defined from here on; good for one call. */
static int definitions(lua_State *L)
{
    lua_settop(L, 0);
    lua_newtable(L);
    push_defined(L);
    for (lua_pushnil(L); lua_next(L, 2) != 0;) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, 1);
    }
    lua_settop(L, 1);
    lua_pushcclosure(L, restore, 1);
    return 1;
}

void obol_bind_define(lua_State *L)
{
    lua_pushcfunction(L, define);
    lua_setfield(L, -2, "define");
    lua_pushcfunction(L, definitions);
    lua_setfield(L, -2, "definitions");
}
