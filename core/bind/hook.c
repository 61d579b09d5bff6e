#include "bind/hook.h"

#include "base/text.h"
#include "bind/node.h"
#include "bind/number.h"
#include "bind/record.h"
#include "bind/secret.h"
#include "call/copy.h"
#include "call/notice.h"
#include "wire/json.h"

enum { OPEN_MAX = 8 * 1024 * 1024 };

/* The account's table: the hooks `sign` and `open`, `view` (what they may know), `secrets` (all of
 * it that is secret, by name), and the definition, which has to stay. */
void obol_bind_hook_account(lua_State *L, int index, int definition)
{
    const struct obol_account *account = obol_bind_account_check(L, index);
    luaL_checkstack(L, 20, "no room on the stack");
    lua_createtable(L, 0, 5);
    int table = lua_gettop(L);
    obol_bind_get_table(L, definition);
    lua_getfield(L, -1, "sign");
    lua_setfield(L, table, "sign");
    lua_getfield(L, -1, "open");
    lua_setfield(L, table, "open");
    lua_settop(L, table);
    lua_pushvalue(L, definition);
    lua_setfield(L, table, "definition");
    lua_newtable(L);
    int secrets = lua_gettop(L);
    obol_bind_record_push(L, &account->config, secrets);
    lua_pushvalue(L, secrets);
    lua_setfield(L, -2, "secrets");
    lua_pushstring(L, account->provider->name);
    lua_setfield(L, -2, "provider");
    lua_setfield(L, table, "view");
    lua_setfield(L, table, "secrets");
    obol_bind_set_table(L, index);
}

void obol_bind_hook_close(lua_State *L, int index)
{
    int top = lua_gettop(L);
    obol_bind_get_table(L, index);
    lua_getfield(L, -1, "secrets");
    int secrets = lua_gettop(L);
    for (lua_pushnil(L); lua_istable(L, secrets) && lua_next(L, secrets) != 0; lua_pop(L, 1)) {
        for (int i = 1; lua_istable(L, -1) && i <= (int)lua_rawlen(L, -1); i++) {
            lua_rawgeti(L, -1, i);
            struct obol_bind_secret *secret = obol_bind_secret_any(L, -1);
            if (secret != NULL) {
                obol_secret_free(secret->data, secret->size);
                *secret = (struct obol_bind_secret){0};
            }
            lua_pop(L, 1);
        }
    }
    lua_settop(L, top);
}

static void set_slice(lua_State *L, const char *name, struct obol_slice slice)
{
    lua_pushlstring(L, slice.data != NULL ? slice.data : "", slice.size);
    lua_setfield(L, -2, name);
}

/* The request as the hook sees it. */
static void push_request(lua_State *L, const struct obol_bind_signing *signing, int at)
{
    const struct obol_request *request = signing->request;
    const struct obol_moment *moment = signing->moment;
    size_t base = signing->base_url_size;
    char room[OBOL_INT64_ROOM];
    lua_createtable(L, 0, 10);
    set_slice(L, "operation", obol_slice_text(signing->operation));
    set_slice(L, "method", request->method);
    set_slice(L, "url", request->url);
    set_slice(L, "path", obol_slice(request->url.data + base, request->url.size - base));
    set_slice(L, "key", moment->key);
    set_slice(L, "nonce",
              moment->nonce.size != 0 ? moment->nonce : obol_text_of_int64(room, moment->time_ms));
    obol_bind_push_int64(L, moment->time_ms);
    lua_setfield(L, -2, "time_ms");
    if (moment->token.size != 0) {
        memcpy(obol_bind_secret_push(L, moment->token.size)->data, moment->token.data,
               moment->token.size);
        lua_setfield(L, -2, "token");
    }
    lua_getfield(L, at, "headers");
    lua_setfield(L, -2, "headers");
    lua_getfield(L, at, "body");
    lua_setfield(L, -2, "body");
}

static int fail_header(lua_State *L)
{
    struct obol_err err;
    const struct obol_problems none = {0};
    obol_fail(&err, OBOL_ERR_INTERNAL, "sign",
              "expected at most %d headers, with names in lower case and values in ASCII",
              OBOL_DRAFT_HEADERS);
    return obol_bind_fail_problems(L, &err, &none);
}

/* Takes the place of a header of that name. */
static bool put_header(struct obol_header *headers, size_t *count, struct obol_slice name,
                       struct obol_slice value)
{
    size_t at = 0;
    while (at < *count && !obol_slice_equal(headers[at].name, name))
        at++;
    if (at == OBOL_DRAFT_HEADERS || name.data == NULL || value.data == NULL)
        return false;
    headers[at] = (struct obol_header){.name = name, .value = value};
    *count += at == *count;
    return true;
}

static bool is_header_name(struct obol_slice name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    return name.size != 0 && strspn(name.data, allowed) == name.size;
}

/* Adds the headers of the table on top of the stack. Nothing here allocates for Lua. */
static bool add_headers(lua_State *L, const struct obol_bind_signing *signing)
{
    struct obol_arena *arena = signing->arena;
    struct obol_request *request = signing->request;
    size_t count = request->header_count;
    struct obol_header *headers = obol_arena_alloc(arena, OBOL_DRAFT_HEADERS * sizeof *headers);
    if (headers == NULL)
        return false;
    memcpy(headers, request->headers, count * sizeof *headers);
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        struct obol_slice name = {0}, value = {0};
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
            return false;
        name.data = lua_tolstring(L, -2, &name.size);
        value.data = lua_tolstring(L, -1, &value.size);
        if (!is_header_name(name) || value.size == 0 || !obol_text_fits_header(value) ||
            !put_header(headers, &count, obol_arena_copy(arena, name),
                        obol_arena_copy(arena, value)))
            return false;
    }
    request->headers = headers;
    request->header_count = count;
    return true;
}

int obol_bind_hook_sign(lua_State *L, const struct obol_bind_signing *signing, int at)
{
    luaL_checkstack(L, 20, "no room on the stack");
    obol_bind_get_table(L, 1);
    int table = lua_gettop(L);
    lua_getfield(L, table, "sign");
    if (lua_isnil(L, -1)) {
        lua_settop(L, at);
        return 1;
    }
    push_request(L, signing, at);
    lua_getfield(L, table, "view");
    lua_call(L, 2, 2);
    if (!lua_istable(L, -2))
        return 2;
    lua_pop(L, 1);
    if (!add_headers(L, signing))
        return fail_header(L);
    lua_settop(L, at);
    return 1;
}

/* What the hook returned as a tree: a table, or the text of a JSON document. */
static struct obol_node *tree_at(lua_State *L, int index, struct obol_arena *arena,
                                 struct obol_err *err)
{
    if (lua_type(L, index) != LUA_TTABLE)
        return obol_json_parse(arena, obol_bind_bytes_kept(L, index, arena), NULL, err);
    const struct obol_node *borrowed = obol_bind_node_from_lua(L, index, arena, err);
    return borrowed != NULL ? obol_node_copy(arena, borrowed) : NULL;
}

/* With what the hook returned on top of the stack: the event's tree, and what proves it. */
static int read_event(lua_State *L)
{
    int tree_index = lua_gettop(L) - 1;
    const char *proof = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    struct obol_opened opened = {.is_signed = strcmp(proof, "signature") == 0};
    opened.must_confirm = !opened.is_signed;
    struct obol_arena *arena = obol_bind_arena(L, OPEN_MAX);
    struct obol_err err = {0};
    opened.root = tree_at(L, tree_index, arena, &err);
    if (opened.root == NULL)
        return obol_bind_fail(L, &err);
    const struct obol_account *account = obol_bind_account_check(L, 1);
    struct obol_node *event = obol_node_new(arena, OBOL_NODE_MAP);
    if (event == NULL || !obol_call_opened(account, &opened, arena, event, &err))
        return obol_bind_fail(L, &err);
    return obol_bind_node_push(L, event);
}

bool obol_bind_hook_open(lua_State *L, int64_t time_ms, int *results)
{
    int top = lua_gettop(L);
    luaL_checkstack(L, 20, "no room on the stack");
    obol_bind_get_table(L, 1);
    lua_getfield(L, -1, "open");
    if (lua_isnil(L, -1)) {
        lua_settop(L, top);
        return false;
    }
    lua_pushvalue(L, 2);
    obol_bind_push_int64(L, time_ms);
    lua_getfield(L, -4, "view");
    lua_call(L, 3, 2);
    int type = lua_type(L, -2);
    *results = type == LUA_TNIL ? 2 : read_event(L);
    return true;
}
