#include "bind/net.h"
#include "bind/number.h"

/* What came of a unit of work, as Lua sees it. */

static void push_value(lua_State *L, const struct obol_store_value *value)
{
    if (value->type == OBOL_STORE_INTEGER)
        obol_bind_push_int64(L, value->integer);
    else
        lua_pushlstring(L, value->bytes.data, value->bytes.size);
}

/* With the result's table at `table` and the names of the columns above it. */
static void push_row(lua_State *L, int table, const struct obol_store_result *result,
                     const struct obol_store_row *row)
{
    lua_createtable(L, 0, (int)result->column_count);
    for (size_t i = 0; i < result->column_count; i++) {
        if (row->values[i].type == OBOL_STORE_NULL)
            continue;
        lua_pushvalue(L, table + 1 + (int)i);
        push_value(L, &row->values[i]);
        lua_rawset(L, -3);
    }
}

static void push_result(lua_State *L, const struct obol_store_result *result)
{
    luaL_checkstack(L, (int)result->column_count + 8, "too many columns");
    lua_createtable(L, result->first != NULL ? (int)result->count : 0, 1);
    int table = lua_gettop(L), number = 0;
    obol_bind_push_int64(L, result->count);
    lua_setfield(L, table, "count");
    for (size_t i = 0; i < result->column_count; i++)
        lua_pushlstring(L, result->columns[i].data, result->columns[i].size);
    for (const struct obol_store_row *row = result->first; row != NULL; row = row->next) {
        push_row(L, table, result, row);
        lua_rawseti(L, table, ++number);
    }
    lua_settop(L, table);
}

static void set_flag(lua_State *L, const char *name, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

static int push_failure(lua_State *L, const struct obol_store_unit *unit)
{
    int count = obol_bind_fail(L, &unit->err);
    if (unit->unknown)
        set_flag(L, "outcome", "unknown");
    if (unit->retryable) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, "retryable");
    }
    if (unit->failed_at != 0) {
        lua_pushinteger(L, (lua_Integer)unit->failed_at);
        lua_setfield(L, -2, "statement");
    }
    return count;
}

int obol_bind_store_result(lua_State *L, const struct obol_store_unit *unit)
{
    if (unit == NULL) {
        struct obol_err err;
        obol_fail(&err, OBOL_ERR_STORAGE, "", "the process that asked for it was forked");
        int count = obol_bind_fail(L, &err);
        set_flag(L, "outcome", "unknown");
        return count;
    }
    if (unit->failed)
        return push_failure(L, unit);
    lua_createtable(L, (int)unit->count, 0);
    int number = 0;
    for (const struct obol_store_statement *at = unit->first; at != NULL; at = at->next) {
        push_result(L, &at->result);
        lua_rawseti(L, -2, ++number);
    }
    return 1;
}
