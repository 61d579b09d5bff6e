#pragma once

#include "bind/bind.h"
#include "money/currency.h"

/* What an obol.money holds: an exact amount of one currency that has minor units. */
struct obol_bind_money {
    int64_t minor;
    const struct obol_currency *currency;
};

void obol_bind_money(lua_State *L);

/* Pushes an amount; a currency that is null or has no minor unit raises. */
void obol_bind_money_push(lua_State *L, int64_t minor, const struct obol_currency *currency);
/* The amount at `index`, or null when there is something else. */
const struct obol_bind_money *obol_bind_money_test(lua_State *L, int index);
