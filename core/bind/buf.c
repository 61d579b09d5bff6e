#include "bind/bind.h"

static const char BUF_TYPE[] = "obol.buf";

static int buf_free(lua_State *L)
{
    obol_buf_free(luaL_checkudata(L, 1, BUF_TYPE));
    return 0;
}

struct obol_buf *obol_bind_buf(lua_State *L, size_t ceiling)
{
    struct obol_buf *buf = lua_newuserdatauv(L, sizeof *buf, 0);
    obol_buf_init(buf, ceiling);
    if (luaL_newmetatable(L, BUF_TYPE)) {
        lua_pushcfunction(L, buf_free);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return buf;
}

int obol_bind_buf_string(lua_State *L, struct obol_buf *buf)
{
    if (buf->failed)
        return luaL_error(L, "out of memory");
    lua_pushlstring(L, buf->size != 0 ? buf->data : "", buf->size);
    obol_buf_free(buf);
    return 1;
}
