#include "bind/bind.h"

/*
 * A call that may ask for so much memory at most: while it runs, the state's allocator is one that
 * counts, and refuses what goes beyond. Lua then raises its own error for want of memory. A debug
 * hook that bounds the call in time ends with it, before another instruction of Lua can run.
 */

struct bound {
    lua_Alloc next;
    void *data;
    int64_t used, most;
};

static void *allocate(void *data, void *block, size_t old_size, size_t size)
{
    struct bound *bound = data;
    int64_t more = (int64_t)size - (block != NULL ? (int64_t)old_size : 0);
    if (more > 0 && bound->used > bound->most - more)
        return NULL;
    void *made = bound->next(bound->data, block, old_size, size);
    if (made != NULL || size == 0)
        bound->used += more;
    return made;
}

/* bounded(bytes, fn, ...) -> whether it ended, its first result or the error, whether memory was
 * short. What is freed meanwhile may be asked for again. The hook is gone afterwards. */
static int bounded(lua_State *L)
{
    lua_Integer bytes = luaL_checkinteger(L, 1);
    luaL_checkany(L, 2);
    luaL_checkstack(L, 4, "no room on the stack");
    struct bound bound = {.most = (int64_t)bytes};
    bound.next = lua_getallocf(L, &bound.data);
    lua_setallocf(L, allocate, &bound);
    int status = lua_pcall(L, lua_gettop(L) - 2, 1, 0);
    lua_sethook(L, NULL, 0, 0);
    lua_setallocf(L, bound.next, bound.data);
    lua_pushboolean(L, status == 0);
    lua_insert(L, -2);
    lua_pushboolean(L, status == LUA_ERRMEM);
    return 3;
}

void obol_bind_bounded(lua_State *L)
{
    lua_pushcfunction(L, bounded);
    lua_setfield(L, -2, "bounded");
}
