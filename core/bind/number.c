#include "bind/number.h"

#include "base/text.h"

#include <math.h>

static const int64_t exact_in_double = (int64_t)1 << 53;

bool obol_bind_int64(lua_State *L, int index, int64_t *integer)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        return false;
#if LUA_VERSION_NUM >= 503
    if (lua_isinteger(L, index)) {
        *integer = lua_tointeger(L, index);
        return true;
    }
#endif
    double number = lua_tonumber(L, index);
    if (!(fabs(number) < (double)exact_in_double) || number != floor(number))
        return false;
    *integer = (int64_t)number;
    return true;
}

bool obol_bind_int64_strict(lua_State *L, int index, int64_t *integer)
{
#if LUA_VERSION_NUM >= 503
    if (!lua_isinteger(L, index))
        return false;
#endif
    return obol_bind_int64(L, index, integer);
}

void obol_bind_push_int64(lua_State *L, int64_t integer)
{
    if (integer > -exact_in_double && integer < exact_in_double) {
        lua_pushinteger(L, (lua_Integer)integer);
        return;
    }
    char room[OBOL_INT64_ROOM];
    struct obol_slice text = obol_text_of_int64(room, integer);
    lua_pushlstring(L, text.data, text.size);
}

void obol_bind_set_count(lua_State *L, const char *name, uint64_t count)
{
    lua_pushinteger(L, (lua_Integer)count);
    lua_setfield(L, -2, name);
}
