#include "base/buf.h"

#include "base/secret.h"

#include <stdarg.h>
#include <stdio.h>

enum { FIRST_CAPACITY = 1024 }; /* most bodies fit, so few are ever moved */

void obol_buf_init(struct obol_buf *buf, size_t ceiling)
{
    *buf = (struct obol_buf){.ceiling = ceiling};
}

void obol_buf_free(struct obol_buf *buf)
{
    obol_secret_free_used(buf->data, buf->capacity, buf->size);
    buf->data = NULL;
    buf->size = buf->capacity = 0;
}

static char *fail(struct obol_buf *buf)
{
    obol_buf_free(buf);
    buf->failed = true;
    return NULL;
}

bool obol_buf_reserve(struct obol_buf *buf, size_t more)
{
    if (buf->failed)
        return false;
    if (more > buf->ceiling - buf->size)
        return fail(buf) != NULL;
    size_t needed = buf->size + more;
    if (needed <= buf->capacity)
        return true;
    size_t capacity = buf->capacity != 0 ? buf->capacity : FIRST_CAPACITY;
    while (capacity < needed)
        capacity *= 2;
    char *data = obol_secret_alloc(capacity);
    if (data == NULL)
        return fail(buf) != NULL;
    if (buf->size != 0)
        memcpy(data, buf->data, buf->size);
    obol_secret_free_used(buf->data, buf->capacity, buf->size);
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

void obol_buf_add_text(struct obol_buf *buf, const char *text)
{
    obol_buf_add(buf, obol_slice_text(text));
}

void obol_buf_add_format(struct obol_buf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    /* vsnprintf wants room for its NUL, which is not part of the buffer */
    if (size < 0)
        (void)fail(buf);
    else if (obol_buf_reserve(buf, (size_t)size + 1)) {
        vsnprintf(buf->data + buf->size, (size_t)size + 1, format, again);
        buf->size += (size_t)size;
    }
    va_end(again);
}

void obol_buf_clear(struct obol_buf *buf)
{
    obol_buf_cut(buf, 0);
}

void obol_buf_cut(struct obol_buf *buf, size_t size)
{
    if (buf->size <= size)
        return;
    obol_wipe(buf->data + size, buf->size - size);
    buf->size = size;
}
