#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one list of error kinds; the Lua side gets the names from here through bind/. */
#define OBOL_ERROR_KINDS(X)                                                                        \
    X(INVALID, "invalid")                                                                          \
    X(AUTHENTICATION, "authentication")                                                            \
    X(DECLINED, "declined")                                                                        \
    X(RATE_LIMITED, "rate_limited")                                                                \
    X(NOT_FOUND, "not_found")                                                                      \
    X(NETWORK, "network")                                                                          \
    X(TIMEOUT, "timeout")                                                                          \
    X(PROVIDER, "provider")                                                                        \
    X(SIGNATURE, "signature")                                                                      \
    X(CONFLICT, "conflict")                                                                        \
    X(UNSUPPORTED, "unsupported")                                                                  \
    X(STORAGE, "storage")                                                                          \
    X(INTERNAL, "internal")

enum obol_kind {
    OBOL_ERR_NONE = 0,
#define X(symbol, name) OBOL_ERR_##symbol,
    OBOL_ERROR_KINDS(X)
#undef X
        OBOL_ERR_COUNT
};

enum { OBOL_ERR_FIELD_MAX = 160, OBOL_ERR_MESSAGE_MAX = 256 };

/* What went wrong, and where. Holds no pointer, so it outlives the call that filled it. */
struct obol_err {
    enum obol_kind kind;
    char field[OBOL_ERR_FIELD_MAX];     /* path of the value at fault, "" when there is none */
    char message[OBOL_ERR_MESSAGE_MAX]; /* lower case, no full stop, never a rejected value */
};

/* Fills err (which may be null) and returns false, so that callers can `return obol_fail(...)`. */
bool obol_fail(struct obol_err *err, enum obol_kind kind, const char *field, const char *format,
               ...) OBOL_PRINTF(4, 5);

/* "invalid", "timeout", ...; null for a number that is no kind. */
const char *obol_kind_name(enum obol_kind kind);

/* Put the member or item (from 1) in which the fault lies before err->field, on the way out of a
 * tree: "price" becomes "items[2].price" by two calls. Return false, as obol_fail does. A name
 * that is no short plain word goes in as "?". */
bool obol_err_in_member(struct obol_err *err, const char *name, size_t size);
bool obol_err_in_item(struct obol_err *err, uint32_t index);
