#include "bind/store_unit.h"
#include "base/text.h"
#include "bind/number.h"

#include <math.h>

static const char GAPLESS[] = "a list without gaps: write null for what is missing";

/* Where in a unit the reader is. */
struct place {
    struct obol_store_unit *unit;
    struct obol_store_statement *statement;
    int number;  /* of the statement, from 1 */
    size_t seen; /* of its values */
    struct obol_err *err;
};

static int refuse(lua_State *L, const struct place *place, const char *what)
{
    return luaL_error(L, "unit[%d]: expected %s", place->number, what);
}

/* { blob = bytes } or { integer = digits }, on top of the stack. */
static struct obol_store_value read_marked(lua_State *L, const struct place *place)
{
    struct obol_store_value value = {.type = OBOL_STORE_BLOB};
    int table = lua_gettop(L);
    lua_pushliteral(L, "blob");
    lua_rawget(L, table);
    if (lua_type(L, -1) == LUA_TNIL) {
        lua_pushliteral(L, "integer");
        lua_rawget(L, table);
        value.type = OBOL_STORE_INTEGER;
    }
    size_t size = 0;
    const char *data = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &size) : NULL;
    value.bytes = obol_slice(data, size);
    bool fine = data != NULL &&
                (value.type == OBOL_STORE_BLOB || obol_text_int64(value.bytes, &value.integer));
    if (!fine)
        refuse(L, place, "{ blob = bytes } or { integer = digits }");
    lua_settop(L, table); /* the table keeps the bytes */
    return value;
}

/* The value on top of the stack, which borrows from it. */
static struct obol_store_value read_value(lua_State *L, const struct place *place)
{
    struct obol_store_value value = {.type = OBOL_STORE_NULL};
    size_t size = 0;
    switch (lua_type(L, -1)) {
    case LUA_TNUMBER:
        value.type = OBOL_STORE_INTEGER;
        if (!obol_bind_int64(L, -1, &value.integer))
            refuse(L, place, "integers within 2^53, or { integer = digits }");
        break;
    case LUA_TBOOLEAN:
        value.type = OBOL_STORE_INTEGER;
        value.integer = lua_toboolean(L, -1);
        break;
    case LUA_TSTRING:
        value.type = OBOL_STORE_TEXT;
        value.bytes.data = lua_tolstring(L, -1, &size);
        value.bytes.size = size;
        break;
    case LUA_TTABLE:
        return read_marked(L, place);
    case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(L, -1) == NULL)
            break;
        /* fall through */
    default:
        refuse(L, place, "integers, strings, booleans, null, or a table that marks one");
    }
    return value;
}

static int64_t read_rows(lua_State *L, const struct place *place)
{
    int64_t rows = 0;
    if (!obol_bind_int64(L, -1, &rows) || rows < 0)
        refuse(L, place, "a number of rows");
    return rows;
}

static bool read_name(lua_State *L, const struct place *place)
{
    size_t size = 0;
    const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &size) : NULL;
    if (name == NULL)
        refuse(L, place, "a name");
    place->statement->name = obol_arena_copy(&place->unit->arena, obol_slice(name, size));
    return place->statement->name.data != NULL ||
           obol_fail(place->err, OBOL_ERR_INTERNAL, "", "out of memory");
}

static bool read_member(lua_State *L, const struct place *place)
{
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
    if (strcmp(key, "name") == 0)
        return read_name(L, place);
    if (strcmp(key, "expect") == 0)
        place->statement->least = place->statement->most = read_rows(L, place);
    else if (strcmp(key, "at_least") == 0)
        place->statement->least = read_rows(L, place);
    else
        refuse(L, place, "values, expect, at_least and name only");
    return true;
}

/* One member of the statement's table: key below, value on top. The first item is the SQL. */
static bool read_item(lua_State *L, struct place *place)
{
    if (lua_type(L, -2) != LUA_TNUMBER)
        return read_member(L, place);
    double index = lua_tonumber(L, -2);
    if (index == 1)
        return true;
    if (!(index >= 2 && index <= (double)place->statement->value_count + 1) || floor(index) < index)
        refuse(L, place, GAPLESS);
    struct obol_store_value value = read_value(L, place);
    place->seen++;
    if (obol_store_unit_set(place->unit, place->statement, (size_t)index - 2, value, place->err))
        return true;
    return obol_err_in_item(place->err, (uint32_t)place->number);
}

/* With the statement's table on top. */
static bool read_statement(lua_State *L, struct place *place)
{
    int table = lua_gettop(L);
    if (lua_type(L, table) != LUA_TTABLE)
        refuse(L, place, "a table");
    lua_rawgeti(L, table, 1);
    size_t size = 0;
    const char *sql = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &size) : NULL;
    if (sql == NULL)
        refuse(L, place, "SQL as the first item");
    place->statement = obol_store_unit_add(place->unit, obol_slice(sql, size),
                                           lua_rawlen(L, table) - 1, place->err);
    lua_settop(L, table);
    if (place->statement == NULL)
        return obol_err_in_item(place->err, (uint32_t)place->number);
    place->seen = 0;
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1))
        if (!read_item(L, place))
            return false;
    if (place->seen != place->statement->value_count)
        refuse(L, place, GAPLESS);
    return true;
}

bool obol_bind_store_unit(lua_State *L, int index, struct obol_store_unit *unit,
                          struct obol_err *err)
{
    struct place place = {.unit = unit, .err = err};
    luaL_checktype(L, index, LUA_TTABLE);
    int count = (int)lua_rawlen(L, index);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TNUMBER)
            continue;
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        if (strcmp(key, "read") != 0 || lua_type(L, -1) != LUA_TBOOLEAN)
            luaL_error(L, "unit: expected statements, and read = true or false");
        unit->read = lua_toboolean(L, -1);
    }
    for (place.number = 1; place.number <= count; place.number++) {
        lua_rawgeti(L, index, place.number);
        if (!read_statement(L, &place))
            return false;
        lua_pop(L, 1);
    }
    return true;
}
