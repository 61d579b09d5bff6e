#pragma once

#include "bind/bind.h"
#include "call/account.h"
#include "schema/problems.h"

void obol_bind_account(lua_State *L);

/* The open account at `index`; anything else raises. */
struct obol_account *obol_bind_account_check(lua_State *L, int index);

/* Whether the provider of the account at `index` is defined in Lua. */
bool obol_bind_account_hooked(lua_State *L, int index);

/* nil and an error object with all problems in `fields`; the call that it is about sent nothing. */
int obol_bind_fail_problems(lua_State *L, const struct obol_err *err,
                            const struct obol_problems *problems);

/* The member `time_ms` of the table at `index`, left on the stack; the machine's clock when there
 * is none. */
int64_t obol_bind_time_member(lua_State *L, int index);

/* The methods, by file. */
int obol_account_method_encode(lua_State *L);
int obol_account_method_plan(lua_State *L);
int obol_account_method_effect(lua_State *L);
int obol_account_method_redact(lua_State *L);
int obol_account_method_open(lua_State *L);
int obol_account_method_acknowledge(lua_State *L);
void obol_account_push_decode(lua_State *L);
