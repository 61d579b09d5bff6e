#include "bind/name.h"

#include "bind/type.h"

enum { SLOTS = 256, LONGEST = 27 };

/* By the end of the key; the strings are in a table of the userdata, under the slot's number. */
struct obol_bind_name {
    uint32_t key;
    uint8_t size; /* 0: empty */
    char bytes[LONGEST];
};

struct obol_bind_names obol_bind_names_push(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, OBOL_BIND_NAMES);
    struct obol_bind_name *slots = lua_touserdata(L, -1);
    if (slots == NULL) {
        lua_pop(L, 1);
        slots = lua_newuserdatauv(L, SLOTS * sizeof *slots, 1);
        memset(slots, 0, SLOTS * sizeof *slots);
        lua_createtable(L, SLOTS, 0);
        obol_bind_set_table(L, -2);
        lua_pushvalue(L, -1);
        lua_rawseti(L, LUA_REGISTRYINDEX, OBOL_BIND_NAMES);
    }
    obol_bind_get_table(L, -1);
    return (struct obol_bind_names){.strings = lua_gettop(L), .slots = slots};
}

void obol_bind_name_push(lua_State *L, const struct obol_bind_names *names,
                         const struct obol_node *node)
{
    struct obol_slice name = node->name;
    int place = (int)(node->key % SLOTS);
    struct obol_bind_name *slot = &names->slots[place];
    if (slot->size != 0 && slot->key == node->key &&
        obol_slice_equal(obol_slice(slot->bytes, slot->size), name)) {
        lua_rawgeti(L, names->strings, place + 1);
        return;
    }
    lua_pushlstring(L, name.data, name.size);
    if (name.size == 0 || name.size > LONGEST)
        return;
    slot->size = 0; /* should the table have no room for it */
    lua_pushvalue(L, -1);
    lua_rawseti(L, names->strings, place + 1);
    slot->key = node->key;
    slot->size = (uint8_t)name.size;
    memcpy(slot->bytes, name.data, name.size);
}
