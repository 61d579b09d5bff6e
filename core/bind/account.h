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

/* The moment on top of the stack, a member of the table at `index`; the machine's clock for nil. */
int64_t obol_bind_time_of_member(lua_State *L, int index);

/* Pushes a member of the table at `index`, by the name that the function that runs has as this
 * upvalue: names of which a string would have to be found at each call. */
void obol_bind_push_named(lua_State *L, int index, int upvalue);
/* Pushes the function with these names as its upvalues, from 1 on. */
void obol_bind_push_naming(lua_State *L, lua_CFunction function, const char *const *names,
                           int count);

/* The methods, by file. */
int obol_account_method_plan(lua_State *L);
int obol_account_method_effect(lua_State *L);
int obol_account_method_redact(lua_State *L);
int obol_account_method_open(lua_State *L);
int obol_account_method_acknowledge(lua_State *L);
void obol_account_push_encode(lua_State *L);
void obol_account_push_decode(lua_State *L);
