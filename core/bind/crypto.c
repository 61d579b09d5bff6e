#include "bind/crypto.h"
#include "base/text.h"
#include "crypto/cipher.h"
#include "crypto/compare.h"
#include "crypto/digest.h"
#include "crypto/mac.h"

const char *obol_bind_crypto_name(lua_State *L, int index)
{
    size_t size = 0;
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_argerror(L, index, "expected a name");
    const char *name = lua_tolstring(L, index, &size);
    /* what goes on behind a NUL is no known name */
    return strlen(name) == size ? name : "";
}

static int crypto_digest(lua_State *L)
{
    unsigned char out[OBOL_DIGEST_MAX];
    size_t size = 0;
    struct obol_err err;
    const char *name = obol_bind_crypto_name(L, 1);
    if (!obol_digest(name, obol_bind_bytes(L, 2), out, &size, &err))
        return obol_bind_fail(L, &err);
    lua_pushlstring(L, (const char *)out, size);
    return 1;
}

static int crypto_hmac(lua_State *L)
{
    unsigned char out[OBOL_DIGEST_MAX];
    size_t size = 0;
    struct obol_err err;
    const char *name = obol_bind_crypto_name(L, 1);
    struct obol_slice key = obol_bind_bytes(L, 2);
    if (!obol_hmac(name, key, obol_bind_bytes(L, 3), out, &size, &err))
        return obol_bind_fail(L, &err);
    lua_pushlstring(L, (const char *)out, size);
    return 1;
}

static int crypto_equal(lua_State *L)
{
    struct obol_slice left = obol_bind_bytes(L, 1);
    lua_pushboolean(L, obol_crypto_equal(left, obol_bind_bytes(L, 2)));
    return 1;
}

static int crypto_hex(lua_State *L)
{
    lua_settop(L, 1);
    struct obol_buf *out = obol_bind_buf(L, 0);
    struct obol_slice bytes = obol_bind_bytes(L, 1);
    out->ceiling = bytes.size * 2;
    obol_hex_encode(out, bytes);
    return obol_bind_buf_string(L, out);
}

static int crypto_base64(lua_State *L)
{
    lua_settop(L, 1);
    struct obol_buf *out = obol_bind_buf(L, 0);
    struct obol_slice bytes = obol_bind_bytes(L, 1);
    out->ceiling = (bytes.size / 3 + 1) * 4;
    obol_base64_encode(out, bytes);
    return obol_bind_buf_string(L, out);
}

static int decode(lua_State *L, bool (*decoder)(struct obol_buf *, struct obol_slice),
                  const char *expected)
{
    lua_settop(L, 1);
    struct obol_buf *out = obol_bind_buf(L, 0);
    struct obol_slice text = obol_bind_bytes(L, 1);
    out->ceiling = text.size;
    if (decoder(out, text))
        return obol_bind_buf_string(L, out);
    obol_buf_free(out);
    struct obol_err err;
    obol_fail(&err, OBOL_ERR_INVALID, NULL, "%s", expected);
    return obol_bind_fail(L, &err);
}

static int crypto_unhex(lua_State *L)
{
    return decode(L, obol_hex_decode, "expected pairs of hexadecimal digits");
}

static int crypto_unbase64(lua_State *L)
{
    return decode(L, obol_base64_decode, "expected padded base64 without blanks");
}

int obol_bind_crypto_result(lua_State *L, bool worked, struct obol_buf *out,
                            const struct obol_err *err)
{
    if (worked)
        return obol_bind_buf_string(L, out);
    obol_buf_free(out);
    return obol_bind_fail(L, err);
}

static int aead(lua_State *L,
                bool (*work)(const struct obol_cipher_call *, struct obol_buf *, struct obol_err *))
{
    lua_settop(L, 5);
    struct obol_buf *out = obol_bind_buf(L, 0);
    struct obol_cipher_call call = {.name = obol_bind_crypto_name(L, 1)};
    call.key = obol_bind_bytes(L, 2);
    call.nonce = obol_bind_bytes(L, 3);
    if (!lua_isnil(L, 4))
        call.aad = obol_bind_bytes(L, 4);
    call.text = obol_bind_bytes(L, 5);
    out->ceiling = call.text.size + OBOL_CIPHER_TAG;
    struct obol_err err;
    return obol_bind_crypto_result(L, work(&call, out, &err), out, &err);
}

static int crypto_aead_seal(lua_State *L)
{
    return aead(L, obol_cipher_seal);
}

static int crypto_aead_open(lua_State *L)
{
    return aead(L, obol_cipher_open);
}

void obol_bind_crypto(lua_State *L)
{
    static const luaL_Reg functions[] = {{"digest", crypto_digest},
                                         {"hmac", crypto_hmac},
                                         {"equal", crypto_equal},
                                         {"hex", crypto_hex},
                                         {"unhex", crypto_unhex},
                                         {"base64", crypto_base64},
                                         {"unbase64", crypto_unbase64},
                                         {"aead_seal", crypto_aead_seal},
                                         {"aead_open", crypto_aead_open},
                                         {"key", obol_bind_crypto_key},
                                         {NULL, NULL}};
    obol_bind_crypto_key_type(L);
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    lua_setfield(L, -2, "crypto");
}
