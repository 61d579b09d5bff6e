#include "base/random.h"
#include "bind/bind.h"

enum { MOST = 1024, UNIQUE = 16 };

static int fail(lua_State *L)
{
    struct obol_err err;
    obol_fail(&err, OBOL_ERR_INTERNAL, NULL, "the system gives no random bytes");
    return obol_bind_fail(L, &err);
}

/* random(count) -> so many bytes that nobody can guess | nil, err */
static int random_bytes(lua_State *L)
{
    unsigned char bytes[MOST];
    double count = luaL_checknumber(L, 1);
    luaL_argcheck(L, count >= 0 && count <= MOST, 1, "expected a count of up to 1024");
    if (!obol_random(bytes, (size_t)count))
        return fail(L);
    lua_pushlstring(L, (const char *)bytes, (size_t)count);
    return 1;
}

/* unique() -> 32 hex digits that are nobody else's | nil, err */
static int random_unique(lua_State *L)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[UNIQUE];
    char text[2 * UNIQUE];
    if (!obol_random(bytes, sizeof bytes))
        return fail(L);
    for (int i = 0; i < UNIQUE; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    lua_pushlstring(L, text, sizeof text);
    return 1;
}

void obol_bind_random(lua_State *L)
{
    lua_pushcfunction(L, random_bytes);
    lua_setfield(L, -2, "random");
    lua_pushcfunction(L, random_unique);
    lua_setfield(L, -2, "unique");
}
