#include "bind/bind.h"

static const char ARENA_TYPE[] = "obol.arena";

static int arena_free(lua_State *L)
{
    obol_arena_free(luaL_checkudata(L, 1, ARENA_TYPE));
    return 0;
}

void obol_bind_arena_end(lua_State *L, int index)
{
    obol_arena_free(lua_touserdata(L, index));
    lua_pushnil(L);
    lua_setmetatable(L, index);
}

struct obol_arena *obol_bind_arena(lua_State *L, size_t ceiling)
{
    struct obol_arena *arena = lua_newuserdatauv(L, sizeof *arena, 0);
    obol_arena_init(arena, ceiling);
    if (luaL_newmetatable(L, ARENA_TYPE)) {
        lua_pushcfunction(L, arena_free);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return arena;
}
