#include "bind/money.h"
#include "bind/name.h"
#include "bind/node.h"
#include "bind/number.h"
#include "bind/secret.h"
#include "bind/type.h"

/* Places on the stack: what is kept, a table, a name, and what making a value takes. */
enum { NEEDED = 8 };

void obol_bind_push_array_metatable(lua_State *L)
{
    static const struct obol_bind_type array = {"obol.array", OBOL_BIND_ARRAY};
    (void)obol_bind_type_push(L, &array);
}

static void push_number(lua_State *L, const struct obol_node *node)
{
    int64_t integer;
    if (obol_node_int64(node, &integer))
        obol_bind_push_int64(L, integer);
    else
        lua_pushlstring(L, node->text.data, node->text.size);
}

/* What a push has at hand. */
struct kept {
    int array; /* place on the stack of the metatable of lists */
    struct obol_bind_names names;
};

static void push_value(lua_State *L, const struct obol_node *node, const struct kept *kept);

static void push_list(lua_State *L, const struct obol_node *list, const struct kept *kept)
{
    luaL_checkstack(L, NEEDED, "tree is too deep");
    lua_createtable(L, (int)list->count, 0);
    int index = 1;
    for (const struct obol_node *item = list->first; item != NULL; item = item->next) {
        push_value(L, item, kept);
        lua_rawseti(L, -2, index++);
    }
    lua_pushvalue(L, kept->array);
    lua_setmetatable(L, -2);
}

/* With room for `more` members that are set later. */
static void push_map(lua_State *L, const struct obol_node *map, int more, const struct kept *kept)
{
    luaL_checkstack(L, NEEDED, "tree is too deep");
    lua_createtable(L, 0, (int)map->count + more);
    for (const struct obol_node *member = map->first; member != NULL; member = member->next) {
        obol_bind_name_push(L, &kept->names, member);
        push_value(L, member, kept);
        lua_rawset(L, -3);
    }
}

static void push_value(lua_State *L, const struct obol_node *node, const struct kept *kept)
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
        push_list(L, node, kept);
        break;
    case OBOL_NODE_MAP:
        push_map(L, node, 0, kept);
        break;
    }
}

int obol_bind_node_push(lua_State *L, const struct obol_node *node)
{
    luaL_checkstack(L, NEEDED, "no room on the stack");
    obol_bind_push_array_metatable(L);
    struct kept kept = {.array = lua_gettop(L)};
    kept.names = obol_bind_names_push(L);
    /* whoever gets a result adds a word of his own */
    if (node->type == OBOL_NODE_MAP)
        push_map(L, node, 1, &kept);
    else
        push_value(L, node, &kept);
    lua_replace(L, kept.array);
    lua_settop(L, kept.array);
    return 1;
}
