#include "bind/bind.h"
#include "bind/type.h"

static const struct obol_bind_type TYPE = {"obol.arena", OBOL_BIND_ARENA};

/* One that is done with is kept for the next call, as most calls need one for a moment. */
struct holder {
    struct obol_arena arena;
    bool busy;
};

static int arena_free(lua_State *L)
{
    struct holder *holder = obol_bind_type_check(L, 1, &TYPE);
    obol_arena_free(&holder->arena);
    return 0;
}

static void push_metatable(lua_State *L)
{
    if (obol_bind_type_push(L, &TYPE)) {
        lua_pushcfunction(L, arena_free);
        lua_setfield(L, -2, "__gc");
    }
}

void obol_bind_arena_end(struct obol_arena *arena)
{
    struct holder *holder = (struct holder *)arena; /* its first member */
    obol_arena_clear(arena);
    holder->busy = false;
}

struct obol_arena *obol_bind_arena(lua_State *L, size_t ceiling)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, OBOL_BIND_KEPT_ARENA);
    struct holder *holder = lua_touserdata(L, -1);
    if (holder == NULL || holder->busy) {
        /* in use further up, or left by an error: then the collector ends it */
        lua_pop(L, 1);
        holder = lua_newuserdatauv(L, sizeof *holder, 0);
        *holder = (struct holder){0};
        push_metatable(L);
        lua_setmetatable(L, -2);
        lua_pushvalue(L, -1);
        lua_rawseti(L, LUA_REGISTRYINDEX, OBOL_BIND_KEPT_ARENA);
    }
    holder->busy = true;
    holder->arena.ceiling = ceiling;
    return &holder->arena;
}
