#include "bind/secret.h"

#include "bind/type.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct obol_bind_type TYPE = {"obol.secret", OBOL_BIND_SECRET};
enum { FILE_MAX = 1024 * 1024 };

struct obol_bind_secret *obol_bind_secret_push(lua_State *L, size_t size)
{
    struct obol_bind_secret *secret = lua_newuserdatauv(L, sizeof *secret, 0);
    *secret = (struct obol_bind_secret){0};
    obol_bind_type_set(L, &TYPE);
    secret->data = obol_secret_alloc(size);
    if (secret->data == NULL)
        luaL_error(L, "out of memory");
    secret->size = size;
    return secret;
}

struct obol_bind_secret *obol_bind_secret_any(lua_State *L, int index)
{
    return obol_bind_type_test(L, index, &TYPE);
}

struct obol_bind_secret *obol_bind_secret_test(lua_State *L, int index)
{
    struct obol_bind_secret *secret = obol_bind_secret_any(L, index);
    if (secret != NULL && secret->data == NULL)
        luaL_argerror(L, index, "secret is closed");
    return secret;
}

static struct obol_bind_secret *check_secret(lua_State *L)
{
    return obol_bind_type_check(L, 1, &TYPE);
}

/* Other room for a secret that was pushed without any; false when memory is short. */
static bool set_size(struct obol_bind_secret *secret, size_t size)
{
    obol_secret_free(secret->data, secret->size);
    secret->data = obol_secret_alloc(size);
    secret->size = secret->data != NULL ? size : 0;
    return secret->data != NULL;
}

static int secret_new(lua_State *L)
{
    lua_settop(L, 1);
    struct obol_bind_secret *secret = obol_bind_secret_push(L, 0);
    struct obol_slice bytes = obol_bind_bytes(L, 1);
    if (!set_size(secret, bytes.size))
        return luaL_error(L, "out of memory");
    if (bytes.size != 0)
        memcpy(secret->data, bytes.data, bytes.size);
    return 1;
}

static int secret_close(lua_State *L)
{
    struct obol_bind_secret *secret = check_secret(L);
    obol_secret_free(secret->data, secret->size);
    secret->data = NULL;
    secret->size = 0;
    return 0;
}

static int secret_reveal(lua_State *L)
{
    lua_settop(L, 1);
    struct obol_buf *out = obol_bind_buf(L, 0);
    struct obol_slice bytes = obol_bind_bytes(L, 1);
    out->ceiling = bytes.size;
    obol_buf_add(out, bytes);
    return obol_bind_buf_string(L, out);
}

/* What a secret is put together with becomes secret: secret .. text, text .. secret. */
static int secret_concat(lua_State *L)
{
    lua_settop(L, 2);
    for (int index = 1; index <= 2; index++)
        if (lua_type(L, index) == LUA_TNUMBER)
            (void)lua_tolstring(L, index, NULL);
    struct obol_bind_secret *secret = obol_bind_secret_push(L, 0);
    struct obol_slice left = obol_bind_bytes(L, 1), right = obol_bind_bytes(L, 2);
    if (!set_size(secret, left.size + right.size))
        return luaL_error(L, "out of memory");
    memcpy(secret->data, left.data, left.size);
    memcpy(secret->data + left.size, right.data, right.size);
    return 1;
}

static int secret_length(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)check_secret(L)->size);
    return 1;
}

static int secret_tostring(lua_State *L)
{
    (void)check_secret(L);
    lua_pushliteral(L, "[secret]");
    return 1;
}

static int fail_secret(lua_State *L, const char *what, const char *expected)
{
    struct obol_err err;
    obol_fail(&err, OBOL_ERR_INVALID, what, "%s", expected);
    return obol_bind_fail(L, &err);
}

/* secret.env(name): the variable's value. It is not taken out of the environment, which belongs to
 * the host. */
static int secret_env(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const char *value = getenv(name);
    if (value == NULL || value[0] == '\0')
        return fail_secret(L, name, "expected an environment variable with a value");
    size_t size = strlen(value);
    memcpy(obol_bind_secret_push(L, size)->data, value, size);
    return 1;
}

/* Fills `secret` from the open file; what cannot be read whole is no secret. */
static bool read_all(int file, struct obol_bind_secret *secret)
{
    size_t got = 0;
    while (got < secret->size) {
        ssize_t more = read(file, secret->data + got, secret->size - got);
        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            return false;
        got += (size_t)more;
    }
    return true;
}

/* How many bytes of the file are the secret: the line end that an editor puts behind one line of
 * text is not. Anything else (several lines, bytes) is taken as it is. */
static size_t size_without_line_end(const char *data, size_t size)
{
    if (data[size - 1] != '\n')
        return size;
    size_t line = size - 1;
    if (line != 0 && data[line - 1] == '\r')
        line--;
    for (size_t i = 0; i < line; i++)
        if (data[i] < ' ' || data[i] > '~')
            return size;
    return line;
}

/* False when nothing is left, or memory is short. */
static bool cut(struct obol_bind_secret *secret, size_t size)
{
    if (size == secret->size)
        return true;
    char *shorter = size != 0 ? obol_secret_alloc(size) : NULL;
    if (shorter == NULL)
        return false;
    memcpy(shorter, secret->data, size);
    obol_secret_free(secret->data, secret->size);
    secret->data = shorter;
    secret->size = size;
    return true;
}

/* secret.file(path): the file's bytes; of a line of text without its end. */
static int secret_file(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct obol_bind_secret *secret = obol_bind_secret_push(L, 0);
    /* a pipe without a writer would block, before it is seen to be no regular file */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return fail_secret(L, path, "expected a file that can be read");
    struct stat about;
    bool usable = fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0 &&
                  about.st_size <= FILE_MAX;
    usable = usable && set_size(secret, (size_t)about.st_size) && read_all(file, secret) &&
             cut(secret, size_without_line_end(secret->data, secret->size));
    close(file);
    if (!usable)
        return fail_secret(L, path, "expected a regular file of 1 byte to 1 MiB");
    return 1;
}

void obol_bind_secret(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"reveal", secret_reveal}, {"close", secret_close}, {NULL, NULL}};
    static const luaL_Reg meta[] = {{"__gc", secret_close},          {"__close", secret_close},
                                    {"__len", secret_length},        {"__concat", secret_concat},
                                    {"__tostring", secret_tostring}, {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"new", secret_new}, {"env", secret_env}, {"file", secret_file}, {NULL, NULL}};
    obol_bind_type_push(L, &TYPE);
    luaL_setfuncs(L, meta, 0);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "obol.secret");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    lua_setfield(L, -2, "secret");
}
