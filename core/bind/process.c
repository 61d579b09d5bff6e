#include "bind/bind.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 16 };

/* exec(program, ...): this process becomes another program, found on PATH; comes back only with an
 * error. A foreground command whose work is done by another program hands itself over with it, so
 * that signals reach that one. */
static int process_exec(lua_State *L)
{
    const char *words[ARGUMENTS_MAX + 1] = {NULL};
    int count = lua_gettop(L);
    luaL_argcheck(L, count >= 1 && count <= ARGUMENTS_MAX, 1, "expected 1 to 16 words");
    for (int i = 0; i < count; i++)
        words[i] = luaL_checkstring(L, i + 1);
    (void)fflush(NULL);
    char *arguments[ARGUMENTS_MAX + 1];
    memcpy(arguments, words, sizeof arguments);
    (void)execvp(words[0], arguments);
    struct obol_err err;
    obol_fail(&err, OBOL_ERR_INTERNAL, "exec", "%s", "the program could not be started");
    return obol_bind_fail(L, &err);
}

void obol_bind_process(lua_State *L)
{
    lua_pushcfunction(L, process_exec);
    lua_setfield(L, -2, "exec");
}
