#include "bind/node.h"

#include "base/text.h"
#include "bind/money.h"
#include "bind/number.h"
#include "bind/secret.h"

#include <endian.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH_MAX = 64, FEW_MEMBERS = 32 };

struct maker {
    lua_State *L;
    struct obol_arena *arena;
    struct obol_err *err;
    int array; /* place of the metatable that marks a list */
};

static struct obol_node *make(const struct maker *maker, int index, unsigned depth);

static struct obol_node *refuse(const struct maker *maker, const char *what)
{
    obol_fail(maker->err, OBOL_ERR_INVALID, NULL, "%s", what);
    return NULL;
}

static struct obol_node *new_node(const struct maker *maker, enum obol_node_type type)
{
    struct obol_node *node = obol_node_new(maker->arena, type);
    return node != NULL ? node : refuse(maker, "value is larger than allowed");
}

static struct obol_node *make_text(const struct maker *maker, const char *data, size_t size)
{
    struct obol_node *node = new_node(maker, OBOL_NODE_TEXT);
    if (node != NULL)
        node->text = obol_slice(data, size);
    return node;
}

/* Keeps what a float's literal is made of, whatever the locale writes for the point. */
static size_t without_locale(char *text)
{
    size_t size = 0;
    bool point = false;
    for (const char *at = text; *at != '\0'; at++) {
        bool literal = (*at >= '0' && *at <= '9') || *at == '-' || *at == '+' || *at == 'e';
        if (literal)
            text[size++] = *at;
        else if (!point)
            text[size++] = '.';
        point = point || !literal;
    }
    return size;
}

/* The fewest digits that read back as the same double: 15 always do for a decimal that short. */
static size_t format_float(char *text, size_t room, double number)
{
    int precision = fabs(number) < DBL_MIN ? 1 : DBL_DIG;
    do
        snprintf(text, room, "%.*g", precision, number);
    while (strtod(text, NULL) != number && ++precision <= DBL_DECIMAL_DIG);
    return without_locale(text);
}

static struct obol_node *make_number(const struct maker *maker, int index)
{
    char room[40];
    int64_t integer;
    struct obol_slice text;
    uint8_t flags = 0;
    if (obol_bind_int64(maker->L, index, &integer)) {
        text = obol_text_of_int64(room, integer);
    } else {
        double number = lua_tonumber(maker->L, index);
        if (!isfinite(number))
            return refuse(maker, "expected a finite number");
        text = obol_slice(room, format_float(room, sizeof room, number));
        flags = OBOL_NODE_FLOAT;
    }
    struct obol_node *node = new_node(maker, OBOL_NODE_NUMBER);
    if (node == NULL)
        return NULL;
    node->flags = flags;
    node->text = obol_arena_copy(maker->arena, text);
    return node->text.data != NULL ? node : refuse(maker, "value is larger than allowed");
}

static struct obol_node *make_userdata(const struct maker *maker, int index)
{
    /* asked by its name, because a closed secret is the world's fault here, with a path */
    struct obol_bind_secret *secret = obol_bind_secret_any(maker->L, index);
    if (secret != NULL) {
        if (secret->data == NULL)
            return refuse(maker, "secret is closed");
        struct obol_node *node = make_text(maker, secret->data, secret->size);
        if (node != NULL)
            node->flags = OBOL_NODE_SECRET;
        return node;
    }
    const struct obol_bind_money *money = obol_bind_money_test(maker->L, index);
    if (money == NULL)
        return refuse(maker, "expected no userdata but a secret or an amount");
    struct obol_node *node = new_node(maker, OBOL_NODE_MONEY);
    if (node != NULL) {
        node->integer = money->minor;
        node->text = obol_slice_text(money->currency->code);
    }
    return node;
}

static bool is_marked(const struct maker *maker, int index)
{
    if (!lua_getmetatable(maker->L, index))
        return false;
    bool marked = lua_rawequal(maker->L, -1, maker->array) != 0;
    lua_pop(maker->L, 1);
    return marked;
}

/* A list has the keys 1 to n and no other; how many, or -1. */
static int64_t count_items(const struct maker *maker, int index)
{
    lua_State *L = maker->L;
    int64_t count = 0, highest = 0, key = 0;
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        lua_pop(L, 1);
        if (!obol_bind_int64(L, -1, &key) || key < 1) {
            lua_pop(L, 1);
            return -1;
        }
        count++;
        highest = key > highest ? key : highest;
    }
    return count == highest && count < INT32_MAX ? count : -1;
}

static struct obol_node *make_list(const struct maker *maker, int index, unsigned depth)
{
    lua_State *L = maker->L;
    int64_t count = count_items(maker, index);
    if (count < 0)
        return refuse(maker, "expected the keys 1 to n without a gap, or names alone");
    struct obol_node *list = new_node(maker, OBOL_NODE_LIST);
    for (int item = 1; list != NULL && item <= (int)count; item++) {
        lua_rawgeti(L, index, item);
        struct obol_node *node = make(maker, lua_gettop(L), depth);
        lua_pop(L, 1);
        if (node == NULL)
            obol_err_in_item(maker->err, (uint32_t)item);
        if (!obol_node_append(list, node))
            return NULL;
    }
    return list;
}

static int compare_names(const void *left, const void *right)
{
    const struct obol_node *const *a = left, *const *b = right;
    return obol_slice_compare((*a)->name, (*b)->name);
}

/* The first bytes of a name as a number of the same order; shorter names end in zeros. */
static uint64_t rank(struct obol_slice name)
{
    uint64_t bytes = 0;
    if (name.size >= sizeof bytes) /* of a size that the compiler knows */
        memcpy(&bytes, name.data, sizeof bytes);
    else
        memcpy(&bytes, name.data, name.size);
    return be64toh(bytes);
}

static void sort_few(struct obol_node **members, uint32_t count)
{
    uint64_t ranks[FEW_MEMBERS];
    for (uint32_t i = 0; i < count; i++) {
        struct obol_node *member = members[i];
        uint64_t own = rank(member->name);
        uint32_t at = i;
        for (; at > 0 && (ranks[at - 1] > own ||
                          (ranks[at - 1] == own &&
                           obol_slice_compare(members[at - 1]->name, member->name) > 0));
             at--) {
            members[at] = members[at - 1];
            ranks[at] = ranks[at - 1];
        }
        members[at] = member;
        ranks[at] = own;
    }
}

/* Lua's own order of keys differs from run to run; what is signed or logged may not. */
static bool sort_members(const struct maker *maker, struct obol_node *map)
{
    struct obol_node *few[FEW_MEMBERS], **members = few;
    uint32_t count = 0;
    if (map->count > FEW_MEMBERS)
        members = obol_arena_alloc(maker->arena, map->count * sizeof *members);
    if (members == NULL)
        return refuse(maker, "value is larger than allowed") != NULL;
    for (struct obol_node *member = map->first; member != NULL; member = member->next)
        members[count++] = member;
    if (count <= FEW_MEMBERS)
        sort_few(members, count);
    else
        qsort(members, count, sizeof *members, compare_names);
    map->first = map->last = NULL;
    map->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        members[i]->next = NULL;
        if (!obol_node_append(map, members[i]))
            return false;
    }
    return true;
}

/* With the first member of the table on the stack. */
static struct obol_node *make_map(const struct maker *maker, int index, unsigned depth)
{
    lua_State *L = maker->L;
    struct obol_node *map = new_node(maker, OBOL_NODE_MAP);
    if (map == NULL)
        return NULL;
    int value = lua_gettop(L), key = value - 1;
    do {
        if (lua_type(L, key) != LUA_TSTRING)
            return refuse(maker, "expected the keys 1 to n without a gap, or names alone");
        size_t size;
        const char *name = lua_tolstring(L, key, &size);
        struct obol_node *member = make(maker, value, depth);
        if (member == NULL) {
            obol_err_in_member(maker->err, name, size);
            return NULL;
        }
        obol_node_name(member, obol_name(obol_slice(name, size)));
        if (!obol_node_append(map, member))
            return NULL;
        lua_settop(L, key);
    } while (lua_next(L, index) != 0);
    return sort_members(maker, map) ? map : NULL;
}

static struct obol_node *make_table(const struct maker *maker, int index, unsigned depth)
{
    lua_State *L = maker->L;
    if (depth == 0)
        return refuse(maker, "tables are nested deeper than 64, or in a circle");
    luaL_checkstack(L, 8, "tables are nested too deep");
    if (is_marked(maker, index))
        return make_list(maker, index, depth - 1);
    lua_pushnil(L);
    if (lua_next(L, index) == 0)
        return new_node(maker, OBOL_NODE_MAP);
    if (lua_type(L, -2) != LUA_TNUMBER)
        return make_map(maker, index, depth - 1);
    lua_pop(L, 2);
    return make_list(maker, index, depth - 1);
}

static struct obol_node *make(const struct maker *maker, int index, unsigned depth)
{
    lua_State *L = maker->L;
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN: {
        struct obol_node *node = new_node(maker, OBOL_NODE_BOOLEAN);
        if (node != NULL)
            node->boolean = lua_toboolean(L, index) != 0;
        return node;
    }
    case LUA_TNUMBER:
        return make_number(maker, index);
    case LUA_TSTRING: {
        size_t size;
        const char *data = lua_tolstring(L, index, &size);
        return make_text(maker, data, size);
    }
    case LUA_TTABLE:
        return make_table(maker, index, depth);
    case LUA_TUSERDATA:
        return make_userdata(maker, index);
    case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(L, index) == NULL)
            return new_node(maker, OBOL_NODE_NULL);
        break;
    default:
        break;
    }
    obol_fail(maker->err, OBOL_ERR_INVALID, NULL, "expected a value that can be sent, not a %s",
              luaL_typename(L, index));
    return NULL;
}

struct obol_node *obol_bind_node_from_lua(lua_State *L, int index, struct obol_arena *arena,
                                          struct obol_err *err)
{
    int top = lua_gettop(L);
    index = lua_absindex(L, index);
    luaL_checkstack(L, 2, "no room on the stack");
    obol_bind_push_array_metatable(L);
    struct maker maker = {.L = L, .arena = arena, .err = err, .array = top + 1};
    struct obol_node *node = make(&maker, index, DEPTH_MAX);
    lua_settop(L, top);
    return node;
}
