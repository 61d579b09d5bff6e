#include "wire/json.h"
#include "bind/bind.h"
#include "bind/node.h"

/* Room for the nodes of the largest document and for its decoded text. */
enum { ARENA_MAX = 4 * OBOL_CEILING_REPLY };

/* json.decode(text) */
static int json_decode(lua_State *L)
{
    lua_settop(L, 1);
    struct obol_err err;
    struct obol_arena *arena = obol_bind_arena(L, ARENA_MAX);
    struct obol_slice text = obol_bind_bytes_kept(L, 1, arena);
    struct obol_node *node = obol_json_parse(arena, text, NULL, &err);
    int results = node != NULL ? obol_bind_node_push(L, node) : obol_bind_fail(L, &err);
    obol_bind_arena_end(arena);
    return results;
}

/* A secret must not become a Lua string by way of a document; err names its path. */
static bool refuse_secrets(const struct obol_node *node, struct obol_err *err)
{
    if ((node->flags & OBOL_NODE_SECRET) != 0)
        return obol_fail(err, OBOL_ERR_INVALID, NULL, "expected no secret");
    uint32_t index = 1;
    for (const struct obol_node *child = node->first; child != NULL; child = child->next, index++)
        if (!refuse_secrets(child, err))
            return node->type == OBOL_NODE_LIST
                       ? obol_err_in_item(err, index)
                       : obol_err_in_member(err, child->name.data, child->name.size);
    return true;
}

/* json.encode(value) */
static int json_encode(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    struct obol_err err;
    struct obol_arena *arena = obol_bind_arena(L, ARENA_MAX);
    struct obol_buf *out = obol_bind_buf(L, OBOL_CEILING_REPLY);
    struct obol_node *node = obol_bind_node_from_lua(L, 1, arena, &err);
    bool written = node != NULL && refuse_secrets(node, &err) && obol_json_write(out, node, &err);
    obol_bind_arena_end(arena);
    return written ? obol_bind_buf_string(L, out) : obol_bind_fail(L, &err);
}

/* json.array(table): marks it as a list, so that an empty one is written as []. */
static int json_array(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    obol_bind_push_array_metatable(L);
    lua_setmetatable(L, 1);
    return 1;
}

void obol_bind_json(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"decode", json_decode}, {"encode", json_encode}, {"array", json_array}, {NULL, NULL}};
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    lua_setfield(L, -2, "json");
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
}
