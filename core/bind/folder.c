#include "bind/bind.h"

#include <dirent.h>
#include <string.h>

enum { NAMES_MAX = 1024 * 1024 };

/* The names in a folder, each ended by a NUL; false when it cannot be read, or holds too many. */
static bool read_names(const char *path, struct obol_buf *names)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return false;
    const struct dirent *entry = readdir(folder);
    for (; entry != NULL; entry = readdir(folder))
        obol_buf_add(names, obol_slice(entry->d_name, strlen(entry->d_name) + 1));
    closedir(folder);
    return !names->failed;
}

/* folder(path) -> list of the names in it, in no order; nothing when it is none that can be read */
static int folder(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    struct obol_buf *names = obol_bind_buf(L, NAMES_MAX);
    if (!read_names(path, names)) {
        obol_buf_free(names);
        return 0;
    }
    lua_newtable(L);
    int count = 0;
    for (size_t at = 0; at < names->size; at += strlen(names->data + at) + 1) {
        lua_pushstring(L, names->data + at);
        lua_rawseti(L, -2, ++count);
    }
    obol_buf_free(names);
    return 1;
}

void obol_bind_folder(lua_State *L)
{
    lua_pushcfunction(L, folder);
    lua_setfield(L, -2, "folder");
}
