#include "bind/record.h"

#include "bind/money.h"
#include "bind/node.h"
#include "bind/number.h"
#include "bind/secret.h"
#include "schema/path.h"

static void push_secret(lua_State *L, struct obol_slice bytes)
{
    memcpy(obol_bind_secret_push(L, bytes.size)->data, bytes.data, bytes.size);
}

/* The newest, and all of them under the name in the table at `all`. */
static void push_secrets(lua_State *L, const char *name, const struct obol_slot *slot, int all)
{
    lua_createtable(L, (int)slot->count, 0);
    for (size_t i = 0; i < slot->count; i++) {
        push_secret(L, slot->secrets[i]);
        lua_rawseti(L, -2, (int)i + 1);
    }
    lua_rawgeti(L, -1, 1);
    lua_insert(L, -2);
    lua_setfield(L, all, name);
}

static void push_items(lua_State *L, const struct obol_slot *slot, int all)
{
    lua_createtable(L, (int)slot->count, 0);
    for (size_t i = 0; i < slot->count; i++) {
        obol_bind_record_push(L, &slot->items[i], all);
        lua_rawseti(L, -2, (int)i + 1);
    }
}

static void push_slot(lua_State *L, const struct obol_field *field, const struct obol_slot *slot,
                      int all)
{
    switch (field->type) {
    case OBOL_INTEGER:
    case OBOL_TIME:
    case OBOL_DURATION:
        obol_bind_push_int64(L, slot->integer);
        break;
    case OBOL_BOOLEAN:
        lua_pushboolean(L, slot->boolean);
        break;
    case OBOL_CURRENCY:
        lua_pushlstring(L, slot->currency->code, 3);
        break;
    case OBOL_MONEY:
        obol_bind_money_push(L, slot->integer, slot->currency);
        break;
    case OBOL_SECRET:
        push_secrets(L, field->name, slot, all);
        break;
    case OBOL_LIST:
        push_items(L, slot, all);
        break;
    case OBOL_ANY:
        obol_bind_node_push(L, slot->node);
        break;
    default:
        lua_pushlstring(L, slot->text.data, slot->text.size);
    }
}

/* Sets the value on top of the stack at "a.b.c" of the table at `table`, and pops it. */
static void set_at(lua_State *L, int table, const char *path)
{
    int value = lua_gettop(L);
    lua_pushvalue(L, table);
    for (;;) {
        struct obol_slice name = obol_path_step(&path).name;
        lua_pushlstring(L, name.data, name.size);
        if (path == NULL)
            break;
        lua_pushvalue(L, -1);
        lua_rawget(L, -3);
        if (!lua_istable(L, -1)) {
            lua_pop(L, 1);
            lua_newtable(L);
            lua_pushvalue(L, -2);
            lua_pushvalue(L, -2);
            lua_rawset(L, -5);
        }
        lua_replace(L, -3);
        lua_pop(L, 1);
    }
    lua_pushvalue(L, value);
    lua_rawset(L, -3);
    lua_settop(L, value - 1);
}

void obol_bind_record_push(lua_State *L, const struct obol_record *record, int all)
{
    luaL_checkstack(L, 12, "no room on the stack");
    lua_newtable(L);
    int table = lua_gettop(L);
    for (size_t i = 0; i < record->count; i++) {
        if (!record->slots[i].set)
            continue;
        push_slot(L, &record->fields[i], &record->slots[i], all);
        set_at(L, table, record->fields[i].name);
    }
}
