#include "bind/money.h"
#include "bind/node.h"
#include "bind/number.h"
#include "bind/secret.h"

/* Places on the stack: a table, a name, and what making a value takes. */
enum { NEEDED = 6 };

void obol_bind_push_array_metatable(lua_State *L)
{
    luaL_newmetatable(L, "obol.array");
}

static void push_number(lua_State *L, const struct obol_node *node)
{
    int64_t integer;
    if (obol_node_int64(node, &integer))
        obol_bind_push_int64(L, integer);
    else
        lua_pushlstring(L, node->text.data, node->text.size);
}

static void push_value(lua_State *L, const struct obol_node *node, int array);

static void push_list(lua_State *L, const struct obol_node *list, int array)
{
    luaL_checkstack(L, NEEDED, "tree is too deep");
    lua_createtable(L, (int)list->count, 0);
    int index = 1;
    for (const struct obol_node *item = list->first; item != NULL; item = item->next) {
        push_value(L, item, array);
        lua_rawseti(L, -2, index++);
    }
    lua_pushvalue(L, array);
    lua_setmetatable(L, -2);
}

static void push_map(lua_State *L, const struct obol_node *map, int array)
{
    luaL_checkstack(L, NEEDED, "tree is too deep");
    lua_createtable(L, 0, (int)map->count);
    for (const struct obol_node *member = map->first; member != NULL; member = member->next) {
        lua_pushlstring(L, member->name.data, member->name.size);
        push_value(L, member, array);
        lua_rawset(L, -3);
    }
}

/* `array` is the place of the list's metatable on the stack. */
static void push_value(lua_State *L, const struct obol_node *node, int array)
{
    switch (node->type) {
    case OBOL_NODE_NULL:
        lua_pushlightuserdata(L, NULL);
        break;
    case OBOL_NODE_BOOLEAN:
        lua_pushboolean(L, node->boolean);
        break;
    case OBOL_NODE_NUMBER:
        push_number(L, node);
        break;
    case OBOL_NODE_TEXT:
        if ((node->flags & OBOL_NODE_SECRET) != 0)
            memcpy(obol_bind_secret_push(L, node->text.size)->data, node->text.data,
                   node->text.size);
        else
            lua_pushlstring(L, node->text.data, node->text.size);
        break;
    case OBOL_NODE_MONEY:
        obol_bind_money_push(L, node->integer, obol_currency_find(node->text));
        break;
    case OBOL_NODE_LIST:
        push_list(L, node, array);
        break;
    case OBOL_NODE_MAP:
        push_map(L, node, array);
        break;
    }
}

int obol_bind_node_push(lua_State *L, const struct obol_node *node)
{
    luaL_checkstack(L, NEEDED, "no room on the stack");
    obol_bind_push_array_metatable(L);
    push_value(L, node, lua_gettop(L));
    lua_remove(L, -2);
    return 1;
}
