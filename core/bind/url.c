#include "wire/url.h"
#include "bind/bind.h"
#include "bind/node.h"
#include "wire/form.h"

enum { FORM_ARENA = 1024 * 1024 };

static void set_part(lua_State *L, const char *name, struct obol_slice part, bool present)
{
    if (!present)
        return;
    lua_pushlstring(L, part.data, part.size);
    lua_setfield(L, -2, name);
}

/* url.parse(text): { scheme, host, port, path, query, fragment, loopback }, absent parts nil. */
static int url_parse(lua_State *L)
{
    size_t size;
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *text = lua_tolstring(L, 1, &size);
    struct obol_url url;
    struct obol_err err;
    if (!obol_url_parse(obol_slice(text, size), &url, &err))
        return obol_bind_fail(L, &err);
    lua_createtable(L, 0, 7);
    set_part(L, "scheme", url.scheme, true);
    set_part(L, "host", url.host, true);
    set_part(L, "port", url.port, url.port.size != 0);
    set_part(L, "path", url.path, true);
    set_part(L, "query", url.query, url.has_query);
    set_part(L, "fragment", url.fragment, url.has_fragment);
    lua_pushboolean(L, obol_url_is_loopback(&url));
    lua_setfield(L, -2, "loopback");
    return 1;
}

/* form.decode(text): a table of strings. */
static int form_decode(lua_State *L)
{
    lua_settop(L, 1);
    struct obol_err err;
    struct obol_arena *arena = obol_bind_arena(L, FORM_ARENA + 3 * obol_bind_bytes(L, 1).size);
    struct obol_slice text = obol_bind_bytes_kept(L, 1, arena);
    struct obol_node *form = obol_form_parse(arena, text, &err);
    int results = form != NULL ? obol_bind_node_push(L, form) : obol_bind_fail(L, &err);
    obol_bind_arena_end(arena);
    return results;
}

/* form.encode(table): the pairs in the order of their names; values are strings or numbers. */
static int form_encode(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    struct obol_err err;
    struct obol_arena *arena = obol_bind_arena(L, OBOL_CEILING_REQUEST);
    struct obol_buf *out = obol_bind_buf(L, OBOL_CEILING_REQUEST);
    const struct obol_node *form = obol_bind_node_from_lua(L, 1, arena, &err);
    if (form == NULL)
        return obol_bind_fail(L, &err);
    for (const struct obol_node *pair = form->first; pair != NULL; pair = pair->next) {
        bool plain = pair->type == OBOL_NODE_TEXT || pair->type == OBOL_NODE_NUMBER;
        if (!plain || pair->name.data == NULL || (pair->flags & OBOL_NODE_SECRET) != 0) {
            obol_fail(&err, OBOL_ERR_INVALID, NULL, "expected names with strings or numbers");
            obol_err_in_member(&err, pair->name.data, pair->name.size);
            return obol_bind_fail(L, &err);
        }
        obol_form_add(out, pair->name, pair->text);
    }
    obol_bind_arena_end(arena);
    return obol_bind_buf_string(L, out);
}

void obol_bind_url(lua_State *L)
{
    static const luaL_Reg urls[] = {{"parse", url_parse}, {NULL, NULL}};
    static const luaL_Reg forms[] = {
        {"decode", form_decode}, {"encode", form_encode}, {NULL, NULL}};
    lua_newtable(L);
    luaL_setfuncs(L, urls, 0);
    lua_setfield(L, -2, "url");
    lua_newtable(L);
    luaL_setfuncs(L, forms, 0);
    lua_setfield(L, -2, "form");
}
