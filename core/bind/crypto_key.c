#include "bind/crypto.h"
#include "crypto/key.h"
#include "crypto/padding.h"
#include "crypto/rsa.h"
#include "crypto/sign.h"

static const char KEY_TYPE[] = "obol.key";
enum { MESSAGE_CEILING = 4 * OBOL_CEILING_SMALL };

struct key_handle {
    struct obol_key *key; /* null when closed */
};

static const struct obol_key *check_key(lua_State *L)
{
    struct key_handle *handle = luaL_checkudata(L, 1, KEY_TYPE);
    if (handle->key == NULL)
        luaL_argerror(L, 1, "key is closed");
    return handle->key;
}

int obol_bind_crypto_key(lua_State *L)
{
    lua_settop(L, 2);
    struct key_handle *handle = lua_newuserdatauv(L, sizeof *handle, 0);
    handle->key = NULL;
    luaL_getmetatable(L, KEY_TYPE);
    lua_setmetatable(L, -2);
    struct obol_slice text = obol_bind_bytes(L, 1), passphrase = {0};
    if (!lua_isnil(L, 2)) {
        passphrase = obol_bind_bytes(L, 2);
        if (passphrase.data == NULL)
            passphrase = obol_slice("", 0);
    }
    struct obol_err err;
    if (!obol_key_open(text, passphrase, &handle->key, &err))
        return obol_bind_fail(L, &err);
    return 1;
}

static int key_close(lua_State *L)
{
    struct key_handle *handle = luaL_checkudata(L, 1, KEY_TYPE);
    obol_key_free(handle->key);
    handle->key = NULL;
    return 0;
}

static int key_tostring(lua_State *L)
{
    const struct key_handle *handle = luaL_checkudata(L, 1, KEY_TYPE);
    if (handle->key == NULL)
        lua_pushliteral(L, "obol.key (closed)");
    else
        lua_pushfstring(L, "obol.key (%s, %d bits, %s)", obol_key_type(handle->key),
                        obol_key_bits(handle->key),
                        obol_key_is_private(handle->key) ? "private" : "public");
    return 1;
}

static int key_bits(lua_State *L)
{
    lua_pushinteger(L, obol_key_bits(check_key(L)));
    return 1;
}

static int key_type(lua_State *L)
{
    lua_pushstring(L, obol_key_type(check_key(L)));
    return 1;
}

static int key_is_private(lua_State *L)
{
    lua_pushboolean(L, obol_key_is_private(check_key(L)));
    return 1;
}

/* The padding named at `index` and the salt's length after it; either may be missing. */
static bool read_scheme(lua_State *L, int index, struct obol_sign_scheme *scheme,
                        struct obol_err *err)
{
    bool named = !lua_isnoneornil(L, index), salted = !lua_isnoneornil(L, index + 1);
    scheme->padding = OBOL_PADDING_DEFAULT;
    scheme->salt = OBOL_SIGN_SALT_DIGEST;
    if (salted) {
        lua_Number salt = lua_type(L, index + 1) == LUA_TNUMBER ? lua_tonumber(L, index + 1) : -1;
        if (!(salt >= 0 && salt <= OBOL_SIGN_SALT_MAX) || salt != (lua_Number)(int)salt)
            luaL_argerror(L, index + 1, "expected an integer of 0 to 512");
        scheme->salt = (int)salt;
    }
    if (named && !obol_padding_find(obol_bind_crypto_name(L, index), &scheme->padding, err))
        return false;
    if (salted && scheme->padding != OBOL_PADDING_PSS)
        return obol_fail(err, OBOL_ERR_INVALID, "salt", "expected none, as only pss has one");
    return true;
}

static int key_sign(lua_State *L)
{
    lua_settop(L, 5);
    struct obol_buf *out = obol_bind_buf(L, MESSAGE_CEILING);
    const struct obol_key *key = check_key(L);
    struct obol_sign_scheme scheme = {.digest = obol_bind_crypto_name(L, 2)};
    struct obol_slice data = obol_bind_bytes(L, 3);
    struct obol_err err;
    if (!read_scheme(L, 4, &scheme, &err))
        return obol_bind_fail(L, &err);
    return obol_bind_crypto_result(L, obol_sign_make(key, &scheme, data, out, &err), out, &err);
}

static int key_verify(lua_State *L)
{
    const struct obol_key *key = check_key(L);
    struct obol_sign_scheme scheme = {.digest = obol_bind_crypto_name(L, 2)};
    struct obol_slice data = obol_bind_bytes(L, 3);
    struct obol_slice signature = obol_bind_bytes(L, 4);
    bool valid = false;
    struct obol_err err;
    if (!read_scheme(L, 5, &scheme, &err) ||
        !obol_sign_verify(key, &scheme, data, signature, &valid, &err))
        return obol_bind_fail(L, &err);
    lua_pushboolean(L, valid);
    return 1;
}

static int crypt(lua_State *L,
                 bool (*work)(const struct obol_key *, enum obol_padding, struct obol_slice,
                              struct obol_buf *, struct obol_err *))
{
    lua_settop(L, 3);
    struct obol_buf *out = obol_bind_buf(L, MESSAGE_CEILING);
    const struct obol_key *key = check_key(L);
    struct obol_slice text = obol_bind_bytes(L, 2);
    enum obol_padding padding;
    struct obol_err err;
    if (!obol_padding_find(obol_bind_crypto_name(L, 3), &padding, &err))
        return obol_bind_fail(L, &err);
    return obol_bind_crypto_result(L, work(key, padding, text, out, &err), out, &err);
}

static int key_encrypt(lua_State *L)
{
    return crypt(L, obol_rsa_encrypt);
}

static int key_decrypt(lua_State *L)
{
    return crypt(L, obol_rsa_decrypt);
}

static int transform(lua_State *L, bool (*work)(const struct obol_key *, struct obol_slice,
                                                struct obol_buf *, struct obol_err *))
{
    lua_settop(L, 2);
    struct obol_buf *out = obol_bind_buf(L, MESSAGE_CEILING);
    const struct obol_key *key = check_key(L);
    struct obol_slice text = obol_bind_bytes(L, 2);
    struct obol_err err;
    return obol_bind_crypto_result(L, work(key, text, out, &err), out, &err);
}

static int key_private_encrypt(lua_State *L)
{
    return transform(L, obol_rsa_private_encrypt);
}

static int key_public_recover(lua_State *L)
{
    return transform(L, obol_rsa_public_recover);
}

void obol_bind_crypto_key_type(lua_State *L)
{
    static const luaL_Reg methods[] = {{"sign", key_sign},
                                       {"verify", key_verify},
                                       {"encrypt", key_encrypt},
                                       {"decrypt", key_decrypt},
                                       {"private_encrypt", key_private_encrypt},
                                       {"public_recover", key_public_recover},
                                       {"bits", key_bits},
                                       {"type", key_type},
                                       {"is_private", key_is_private},
                                       {"close", key_close},
                                       {NULL, NULL}};
    static const luaL_Reg meta[] = {
        {"__gc", key_close}, {"__close", key_close}, {"__tostring", key_tostring}, {NULL, NULL}};
    luaL_newmetatable(L, KEY_TYPE);
    luaL_setfuncs(L, meta, 0);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, KEY_TYPE);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
