#include "bind/account.h"

#include "bind/define.h"
#include "bind/hook.h"
#include "bind/node.h"
#include "bind/type.h"

static const struct obol_bind_type TYPE = {"obol.account", OBOL_BIND_ACCOUNT};

struct box {
    struct obol_account account;
    bool hooked; /* its provider is defined in Lua: it has a table */
};

struct obol_account *obol_bind_account_check(lua_State *L, int index)
{
    struct box *box = obol_bind_type_check(L, index, &TYPE);
    struct obol_account *account = &box->account;
    if (account->provider == NULL)
        luaL_argerror(L, index, "account is closed");
    return account;
}

bool obol_bind_account_hooked(lua_State *L, int index)
{
    const struct box *box = obol_bind_type_check(L, index, &TYPE);
    return box->hooked;
}

void obol_bind_push_named(lua_State *L, int index, int upvalue)
{
    lua_pushvalue(L, lua_upvalueindex(upvalue));
    lua_gettable(L, index);
}

void obol_bind_push_naming(lua_State *L, lua_CFunction function, const char *const *names,
                           int count)
{
    for (int i = 0; i < count; i++)
        lua_pushstring(L, names[i]);
    lua_pushcclosure(L, function, count);
}

int obol_bind_fail_problems(lua_State *L, const struct obol_err *err,
                            const struct obol_problems *problems)
{
    obol_bind_fail(L, err);
    lua_pushliteral(L, "not_sent");
    lua_setfield(L, -2, "outcome");
    if (problems->first == NULL)
        return 2;
    lua_newtable(L);
    int index = 1;
    for (const struct obol_problem *each = problems->first; each != NULL; each = each->next) {
        lua_createtable(L, 0, 3);
        lua_pushlstring(L, each->field.data, each->field.size);
        lua_setfield(L, -2, "field");
        lua_pushlstring(L, each->message.data, each->message.size);
        lua_setfield(L, -2, "message");
        lua_pushstring(L, obol_kind_name(each->kind));
        lua_setfield(L, -2, "kind");
        lua_rawseti(L, -2, index++);
    }
    lua_setfield(L, -2, "fields");
    return 2;
}

static int fail_provider(lua_State *L)
{
    struct obol_err err;
    obol_fail(&err, OBOL_ERR_INVALID, "provider", "expected a known provider");
    return obol_bind_fail(L, &err);
}

/* Takes `provider` out of the configuration: the other members are the provider's rows. */
static void drop_provider(struct obol_node *config)
{
    struct obol_node **link = &config->first;
    struct obol_node *before = NULL;
    for (; *link != NULL; before = *link, link = &(*link)->next) {
        struct obol_node *member = *link;
        if (!obol_slice_is(member->name, "provider"))
            continue;
        *link = member->next;
        if (config->last == member)
            config->last = before;
        config->count--;
        return;
    }
}

/* account{ provider = ..., ... } -> account | nil, err */
static int account_new(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_pushliteral(L, "provider");
    lua_rawget(L, 1);
    const struct obol_provider *provider = obol_bind_provider(L, 2); /* kept by what is at 3 */
    if (provider == NULL)
        return fail_provider(L);
    struct box *box = lua_newuserdatauv(L, sizeof *box, 1);
    *box = (struct box){0};
    obol_bind_type_set(L, &TYPE);
    struct obol_arena *arena = obol_bind_arena(L, OBOL_CEILING_ACCOUNT);
    struct obol_problems problems = {.arena = arena};
    struct obol_err err = {0};
    struct obol_node *config = obol_bind_node_from_lua(L, 1, arena, &err);
    if (config == NULL)
        return obol_bind_fail(L, &err);
    drop_provider(config);
    if (!obol_account_open(&box->account, provider, config, &problems)) {
        (void)obol_problems_none(&problems, &err);
        int results = obol_bind_fail_problems(L, &err, &problems);
        obol_account_close(&box->account);
        return results;
    }
    lua_settop(L, 4);
    if (obol_bind_compiled(L, 3) != NULL) {
        obol_bind_hook_account(L, 4, 3);
        box->hooked = true;
    }
    return 1;
}

static int account_close(lua_State *L)
{
    struct box *box = obol_bind_type_check(L, 1, &TYPE);
    obol_account_close(&box->account);
    if (box->hooked)
        obol_bind_hook_close(L, 1);
    return 0;
}

static int account_tostring(lua_State *L)
{
    const struct box *box = obol_bind_type_check(L, 1, &TYPE);
    const struct obol_provider *provider = box->account.provider;
    lua_pushfstring(L, "[account of %s]", provider != NULL ? provider->name : "none");
    return 1;
}

static int account_supports(lua_State *L)
{
    const struct obol_account *account = obol_bind_account_check(L, 1);
    lua_pushboolean(L, obol_account_supports(account, luaL_checkstring(L, 2)));
    return 1;
}

static int push_texts(lua_State *L, const char *const *texts)
{
    lua_newtable(L);
    for (int i = 0; texts != NULL && texts[i] != NULL; i++) {
        lua_pushstring(L, texts[i]);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static int push_milliseconds(lua_State *L, const struct obol_account *account, const char *name)
{
    const struct obol_slot *slot = obol_record_get(&account->config, name);
    if (slot == NULL)
        return 0;
    lua_pushinteger(L, (lua_Integer)slot->integer);
    return 1;
}

static int push_schedule(lua_State *L, const struct obol_provider *provider)
{
    lua_newtable(L);
    for (int i = 0; provider->query_schedule_s != NULL && provider->query_schedule_s[i] != 0; i++) {
        lua_pushinteger(L, provider->query_schedule_s[i]);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* Members that are no methods: provider, methods, currencies (nil: any), session, nonce (whether
 * its signature needs one), expire_after_ms, timeout_ms, query_schedule_s. */
static int account_index(lua_State *L)
{
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
    if (!lua_isnil(L, -1))
        return 1;
    const struct obol_account *account = obol_bind_account_check(L, 1);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(name, "provider") == 0) {
        lua_pushstring(L, account->provider->name);
        return 1;
    }
    if (strcmp(name, "methods") == 0)
        return push_texts(L, account->provider->methods);
    if (strcmp(name, "currencies") == 0)
        return account->provider->currencies != NULL ? push_texts(L, account->provider->currencies)
                                                     : 0;
    if (strcmp(name, "session") == 0) {
        lua_pushboolean(L, account->wants_session);
        return 1;
    }
    if (strcmp(name, "nonce") == 0) {
        lua_pushboolean(L, account->provider->wants_nonce || obol_bind_account_hooked(L, 1));
        return 1;
    }
    if (strcmp(name, "query_schedule_s") == 0)
        return push_schedule(L, account->provider);
    if (strcmp(name, "expire_after_ms") == 0)
        return push_milliseconds(L, account, "expire_after");
    if (strcmp(name, "timeout_ms") == 0) {
        lua_pushinteger(L, (lua_Integer)account->provider->call_timeout_ms);
        return 1;
    }
    return 0;
}

void obol_bind_account(lua_State *L)
{
    static const luaL_Reg methods[] = {{"plan", obol_account_method_plan},
                                       {"effect", obol_account_method_effect},
                                       {"open", obol_account_method_open},
                                       {"acknowledge", obol_account_method_acknowledge},
                                       {"redact", obol_account_method_redact},
                                       {"supports", account_supports},
                                       {"close", account_close},
                                       {NULL, NULL}};
    static const luaL_Reg meta[] = {{"__gc", account_close},
                                    {"__close", account_close},
                                    {"__tostring", account_tostring},
                                    {NULL, NULL}};
    obol_bind_type_push(L, &TYPE);
    luaL_setfuncs(L, meta, 0);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    obol_account_push_encode(L);
    lua_setfield(L, -2, "encode");
    obol_account_push_decode(L);
    lua_setfield(L, -2, "decode");
    lua_pushcclosure(L, account_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "obol.account");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
    lua_pushcfunction(L, account_new);
    lua_setfield(L, -2, "account");
}
