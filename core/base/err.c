#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

bool obol_fail(struct obol_err *err, enum obol_kind kind, const char *field, const char *format,
               ...)
{
    if (err == NULL)
        return false;
    err->kind = kind;
    snprintf(err->field, sizeof err->field, "%s", field != NULL ? field : "");
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    return false;
}

const char *obol_kind_name(enum obol_kind kind)
{
    static const char *const names[OBOL_ERR_COUNT] = {
#define X(symbol, name) [OBOL_ERR_##symbol] = name,
        OBOL_ERROR_KINDS(X)
#undef X
    };
    if (kind <= OBOL_ERR_NONE || kind >= OBOL_ERR_COUNT)
        return NULL;
    return names[kind];
}
