#include "base/err.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

static bool prepend(struct obol_err *err, const char *piece)
{
    char inner[OBOL_ERR_FIELD_MAX];
    memcpy(inner, err->field, sizeof inner);
    bool joined = inner[0] != '\0' && inner[0] != '[';
    /* a path that is too long loses its end */
    size_t size = strlen(piece), room = sizeof err->field - size - 1;
    memcpy(err->field, piece, size);
    if (joined && room > 0) {
        err->field[size++] = '.';
        room--;
    }
    memcpy(err->field + size, inner, room);
    err->field[size + room] = '\0';
    return false;
}

bool obol_err_in_member(struct obol_err *err, const char *name, size_t size)
{
    char word[64] = "?";
    bool plain = size != 0 && size < sizeof word;
    for (size_t i = 0; plain && i < size; i++)
        plain = name[i] > ' ' && name[i] < 0x7F;
    if (plain) {
        memcpy(word, name, size);
        word[size] = '\0';
    }
    return err != NULL && prepend(err, word);
}

bool obol_err_in_item(struct obol_err *err, uint32_t index)
{
    char word[16];
    snprintf(word, sizeof word, "[%" PRIu32 "]", index);
    return err != NULL && prepend(err, word);
}
