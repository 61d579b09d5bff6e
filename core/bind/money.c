#include "bind/money.h"

#include "base/text.h"
#include "bind/number.h"
#include "bind/type.h"
#include "money/allocate.h"
#include "money/decimal.h"

static const struct obol_bind_type TYPE = {"obol.money", OBOL_BIND_MONEY};
enum { AMOUNT_MAX = 32 }; /* bytes of a formatted amount and its code */

void obol_bind_money_push(lua_State *L, int64_t minor, const struct obol_currency *currency)
{
    if (currency == NULL || currency->exponent < 0)
        luaL_error(L, "expected a currency with a minor unit");
    struct obol_bind_money *money = lua_newuserdatauv(L, sizeof *money, 0);
    *money = (struct obol_bind_money){.minor = minor, .currency = currency};
    obol_bind_type_set(L, &TYPE);
}

const struct obol_bind_money *obol_bind_money_test(lua_State *L, int index)
{
    return obol_bind_type_test(L, index, &TYPE);
}

static const struct obol_bind_money *check_money(lua_State *L)
{
    return obol_bind_type_check(L, 1, &TYPE);
}

static int fail_currency(lua_State *L)
{
    struct obol_err err;
    obol_fail(&err, OBOL_ERR_INVALID, "currency",
              "expected a current ISO 4217 code, in upper case");
    return obol_bind_fail(L, &err);
}

/* The currency named at `index`, or null after pushing nil and an error. */
static const struct obol_currency *read_currency(lua_State *L, int index)
{
    size_t size;
    luaL_checktype(L, index, LUA_TSTRING);
    const char *code = lua_tolstring(L, index, &size);
    const struct obol_currency *currency = obol_currency_find(obol_slice(code, size));
    struct obol_err err;
    if (currency == NULL) {
        fail_currency(L);
    } else if (currency->exponent < 0) {
        obol_fail(&err, OBOL_ERR_INVALID, "currency", "expected a currency with a minor unit");
        obol_bind_fail(L, &err);
        return NULL;
    }
    return currency;
}

/* money(text, code) */
static int money_call(lua_State *L)
{
    lua_remove(L, 1);
    if (lua_type(L, 1) != LUA_TSTRING)
        return luaL_argerror(L, 1,
                             "write the amount as text, such as \"8.88\", "
                             "or use money.minor(888, code) for minor units");
    const struct obol_currency *currency = read_currency(L, 2);
    if (currency == NULL)
        return 2;
    struct obol_err err;
    struct obol_slice text;
    text.data = lua_tolstring(L, 1, &text.size);
    int64_t minor;
    if (!obol_decimal_parse(text, currency->exponent, &minor, &err))
        return obol_bind_fail(L, &err);
    obol_bind_money_push(L, minor, currency);
    return 1;
}

/* money.minor(integer or its digits, code) */
static int money_minor(lua_State *L)
{
    int64_t minor;
    struct obol_slice text = {0};
    if (lua_type(L, 1) == LUA_TSTRING)
        text.data = lua_tolstring(L, 1, &text.size);
    else if (!obol_bind_int64_strict(L, 1, &minor))
        return luaL_argerror(L, 1, "expected an integer of minor units, or its digits as text");
    const struct obol_currency *currency = read_currency(L, 2);
    if (currency == NULL)
        return 2;
    if (text.data != NULL && !obol_text_int64(text, &minor)) {
        struct obol_err err;
        obol_fail(&err, OBOL_ERR_INVALID, NULL, "expected the digits of an integer within int64");
        return obol_bind_fail(L, &err);
    }
    obol_bind_money_push(L, minor, currency);
    return 1;
}

static int money_is(lua_State *L)
{
    lua_pushboolean(L, obol_bind_money_test(L, 1) != NULL);
    return 1;
}

static int push_row(lua_State *L, const struct obol_currency *currency)
{
    lua_createtable(L, 0, 4);
    lua_pushstring(L, currency->code);
    lua_setfield(L, -2, "code");
    lua_pushinteger(L, currency->number);
    lua_setfield(L, -2, "number");
    lua_pushstring(L, currency->name);
    lua_setfield(L, -2, "name");
    if (currency->exponent >= 0) {
        lua_pushinteger(L, currency->exponent);
        lua_setfield(L, -2, "exponent");
    }
    return 1;
}

/* money.currency_of(code) */
static int money_row(lua_State *L)
{
    size_t size;
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *code = lua_tolstring(L, 1, &size);
    const struct obol_currency *currency = obol_currency_find(obol_slice(code, size));
    return currency != NULL ? push_row(L, currency) : fail_currency(L);
}

static int money_rows(lua_State *L)
{
    lua_createtable(L, (int)obol_currency_count(), 0);
    for (size_t i = 0; i < obol_currency_count(); i++) {
        push_row(L, obol_currency_at(i));
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

static int method_minor(lua_State *L)
{
    obol_bind_push_int64(L, check_money(L)->minor);
    return 1;
}

static int method_currency(lua_State *L)
{
    lua_pushstring(L, check_money(L)->currency->code);
    return 1;
}

static int push_amount(lua_State *L, bool with_code)
{
    const struct obol_bind_money *money = check_money(L);
    struct obol_buf *out = obol_bind_buf(L, AMOUNT_MAX);
    obol_decimal_format(out, money->minor, money->currency->exponent);
    if (with_code) {
        obol_buf_add_byte(out, ' ');
        obol_buf_add_text(out, money->currency->code);
    }
    return obol_bind_buf_string(L, out);
}

static int method_format(lua_State *L)
{
    return push_amount(L, false);
}

static int meta_tostring(lua_State *L)
{
    return push_amount(L, true);
}

static int method_is_zero(lua_State *L)
{
    lua_pushboolean(L, check_money(L)->minor == 0);
    return 1;
}

static int method_sign(lua_State *L)
{
    int64_t minor = check_money(L)->minor;
    lua_pushinteger(L, (minor > 0) - (minor < 0));
    return 1;
}

/* How many keys the table has; 0 when they are not 1 to n, which Lua's own length does not tell. */
static size_t count_weights(lua_State *L, int index)
{
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1))
        count++;
    return count == lua_rawlen(L, index) ? count : 0;
}

/* amount:allocate{70, 30} */
static int method_allocate(lua_State *L)
{
    const struct obol_bind_money *money = check_money(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    size_t count = count_weights(L, 2);
    if (count == 0 || count > INT32_MAX / sizeof(struct obol_share))
        return luaL_argerror(L, 2, "expected a list of integer weights");
    struct obol_share *shares = lua_newuserdatauv(L, count * sizeof *shares, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, 2, (int)i + 1);
        if (!obol_bind_int64_strict(L, -1, &shares[i].weight))
            return luaL_argerror(L, 2, "expected a list of integer weights");
        lua_pop(L, 1);
    }
    struct obol_err err;
    if (!obol_money_allocate(money->minor, shares, count, &err))
        return luaL_argerror(L, 2, err.message);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        obol_bind_money_push(L, shares[i].minor, money->currency);
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

/* Both operands of an operator, which have to be of one currency. */
static void check_pair(lua_State *L, const struct obol_bind_money **a,
                       const struct obol_bind_money **b)
{
    *a = obol_bind_money_test(L, 1);
    *b = obol_bind_money_test(L, 2);
    if (*a == NULL || *b == NULL)
        luaL_error(L, "expected an amount of money on both sides");
    else if ((*a)->currency != (*b)->currency)
        luaL_error(L, "expected amounts of one currency, not %s and %s", (*a)->currency->code,
                   (*b)->currency->code);
}

static int push_sum(lua_State *L, bool overflow, int64_t minor,
                    const struct obol_currency *currency)
{
    if (overflow)
        return luaL_error(L, "amount is out of range");
    obol_bind_money_push(L, minor, currency);
    return 1;
}

static int meta_add(lua_State *L)
{
    const struct obol_bind_money *a, *b;
    check_pair(L, &a, &b);
    int64_t sum;
    bool overflow = __builtin_add_overflow(a->minor, b->minor, &sum);
    return push_sum(L, overflow, sum, a->currency);
}

static int meta_sub(lua_State *L)
{
    const struct obol_bind_money *a, *b;
    check_pair(L, &a, &b);
    int64_t difference;
    bool overflow = __builtin_sub_overflow(a->minor, b->minor, &difference);
    return push_sum(L, overflow, difference, a->currency);
}

static int meta_unm(lua_State *L)
{
    const struct obol_bind_money *money = check_money(L);
    int64_t negated;
    bool overflow = __builtin_sub_overflow((int64_t)0, money->minor, &negated);
    return push_sum(L, overflow, negated, money->currency);
}

static int meta_eq(lua_State *L)
{
    const struct obol_bind_money *a = obol_bind_money_test(L, 1), *b = obol_bind_money_test(L, 2);
    lua_pushboolean(L,
                    a != NULL && b != NULL && a->currency == b->currency && a->minor == b->minor);
    return 1;
}

static int meta_lt(lua_State *L)
{
    const struct obol_bind_money *a, *b;
    check_pair(L, &a, &b);
    lua_pushboolean(L, a->minor < b->minor);
    return 1;
}

static int meta_le(lua_State *L)
{
    const struct obol_bind_money *a, *b;
    check_pair(L, &a, &b);
    lua_pushboolean(L, a->minor <= b->minor);
    return 1;
}

static void make_metatable(lua_State *L)
{
    static const luaL_Reg methods[] = {{"minor", method_minor},
                                       {"currency", method_currency},
                                       {"format", method_format},
                                       {"allocate", method_allocate},
                                       {"is_zero", method_is_zero},
                                       {"sign", method_sign},
                                       {NULL, NULL}};
    static const luaL_Reg meta[] = {
        {"__add", meta_add}, {"__sub", meta_sub}, {"__unm", meta_unm},           {"__eq", meta_eq},
        {"__lt", meta_lt},   {"__le", meta_le},   {"__tostring", meta_tostring}, {NULL, NULL}};
    obol_bind_type_push(L, &TYPE);
    luaL_setfuncs(L, meta, 0);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, TYPE.name);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

void obol_bind_money(lua_State *L)
{
    static const luaL_Reg functions[] = {{"minor", money_minor},
                                         {"is", money_is},
                                         {"currency", money_row},
                                         {"currencies", money_rows},
                                         {NULL, NULL}};
    make_metatable(L);
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    /* callable in C, so that an argument error points at the caller's line */
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, money_call);
    lua_setfield(L, -2, "__call");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "money");
}
