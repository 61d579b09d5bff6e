#include "schema/encode.h"

#include "base/text.h"
#include "schema/path.h"
#include "wire/json.h"

#include <limits.h>

enum { DEPTH = 4 };

/* The objects that are open while a table is written, from the outermost. */
struct nesting {
    struct obol_slice open[DEPTH];
    size_t depth;
    struct obol_slice holder; /* the path to the innermost one, with the dot behind it */
    bool first;               /* nothing stands in the innermost object yet */
};

static void begin_member(struct obol_buf *out, struct nesting *nesting, struct obol_slice name)
{
    if (!nesting->first)
        obol_buf_add_byte(out, ',');
    obol_json_write_text(out, name);
    obol_buf_add_byte(out, ':');
    nesting->first = false;
}

static void close_to(struct obol_buf *out, struct nesting *nesting, size_t depth)
{
    for (; nesting->depth > depth; nesting->depth--) {
        obol_buf_add_byte(out, '}');
        nesting->first = false;
    }
}

/* The rest of a path behind that of the innermost object, where it is one name that JSON can carry
 * as it stands; empty for another. */
static struct obol_slice plain_name(const struct nesting *nesting, const char *path)
{
    static const bool ends[UCHAR_MAX + 1] = {
        ['"'] = true, ['\\'] = true, ['.'] = true, ['['] = true, [']'] = true};
    struct obol_slice holder = nesting->holder;
    if (holder.size != 0 && strncmp(path, holder.data, holder.size) != 0)
        return obol_slice(NULL, 0);
    const char *name = path + holder.size, *at = name;
    while ((unsigned char)*at >= ' ' && !ends[(unsigned char)*at])
        at++;
    return obol_slice(name, *at == '\0' ? (size_t)(at - name) : 0);
}

/* Closes and opens objects until the member at `path` can be written; gives its own name. */
static struct obol_slice descend(struct obol_buf *out, struct nesting *nesting, const char *path)
{
    size_t depth = 0;
    for (;;) {
        struct obol_slice name = obol_path_step(&path).name;
        if (path == NULL) {
            close_to(out, nesting, depth);
            return name;
        }
        if (depth >= nesting->depth || !obol_slice_equal(nesting->open[depth], name)) {
            close_to(out, nesting, depth);
            begin_member(out, nesting, name);
            obol_buf_add_byte(out, '{');
            nesting->open[nesting->depth++] = name;
            nesting->first = true;
        }
        depth++;
    }
}

/* Rows of one object stand together, so most need nothing but their own name. */
static void begin_row(struct obol_buf *out, struct nesting *nesting, const char *path)
{
    struct obol_slice name = plain_name(nesting, path);
    if (name.size == 0) {
        name = descend(out, nesting, path);
        nesting->holder = obol_slice(path, (size_t)(name.data - path));
        begin_member(out, nesting, name);
        return;
    }
    if (!nesting->first)
        obol_buf_add_byte(out, ',');
    obol_json_write_plain(out, name);
    obol_buf_add_byte(out, ':');
    nesting->first = false;
}

void obol_encode_json(struct obol_buf *out, const struct obol_record *record,
                      const struct obol_exponent *exponents)
{
    struct nesting nesting = {.first = true};
    obol_buf_add_byte(out, '{');
    for (size_t i = 0; i < record->count; i++) {
        const struct obol_field *field = &record->fields[i];
        const struct obol_slot *slot = &record->slots[i];
        if (!slot->set || field->place != OBOL_IN_BODY || field->wire == NULL)
            continue;
        begin_row(out, &nesting, field->wire);
        obol_type_ops(field->type)->write(out, field, slot, exponents);
    }
    close_to(out, &nesting, 0);
    obol_buf_add_byte(out, '}');
}

void obol_encode_plain(struct obol_buf *out, const struct obol_field *field,
                       const struct obol_slot *slot, const struct obol_exponent *exponents)
{
    switch (field->type) {
    case OBOL_TEXT:
    case OBOL_URL:
    case OBOL_INTERVAL:
        obol_buf_add(out, slot->text);
        break;
    case OBOL_SECRET:
        obol_buf_add(out, slot->secrets[0]);
        break;
    default: {
        /* the JSON form of the others is their plain text, but for quotes */
        size_t from = out->size;
        obol_type_ops(field->type)->write(out, field, slot, exponents);
        if (out->size >= from + 2 && out->data[from] == '"') {
            memmove(out->data + from, out->data + from + 1, out->size - from - 2);
            obol_buf_cut(out, out->size - 2);
        }
    }
    }
}

static bool add_escaped(struct obol_buf *out, const struct obol_field *field,
                        const struct obol_slot *slot)
{
    struct obol_buf plain;
    obol_buf_init(&plain, OBOL_CEILING_SMALL);
    obol_encode_plain(&plain, field, slot, NULL);
    struct obol_slice text = obol_buf_slice(&plain);
    /* a server or a proxy would take these steps itself and see another path */
    bool dots =
        field->place == OBOL_IN_PATH && (obol_slice_is(text, ".") || obol_slice_is(text, ".."));
    if (!plain.failed)
        obol_percent_encode(out, text);
    bool fine = !plain.failed && !dots;
    obol_buf_free(&plain);
    return fine;
}

static bool add_path_field(struct obol_buf *out, struct obol_slice name,
                           const struct obol_record *record, struct obol_err *err)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct obol_field *field = &record->fields[i];
        if (field->place != OBOL_IN_PATH || !obol_slice_is(name, field->name))
            continue;
        if (!record->slots[i].set)
            return obol_fail(err, OBOL_ERR_INVALID, field->name, "expected a value");
        if (!add_escaped(out, field, &record->slots[i]))
            return obol_fail(err, OBOL_ERR_INVALID, field->name,
                             "expected text that can stand in a path");
        return true;
    }
    return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "a path names a field without a row");
}

static bool add_query(struct obol_buf *out, const struct obol_record *record, struct obol_err *err)
{
    char before = '?';
    for (size_t i = 0; i < record->count; i++) {
        const struct obol_field *field = &record->fields[i];
        if (field->place != OBOL_IN_QUERY || field->wire == NULL || !record->slots[i].set)
            continue;
        obol_buf_add_byte(out, before);
        obol_percent_encode(out, obol_slice_text(field->wire));
        obol_buf_add_byte(out, '=');
        if (!add_escaped(out, field, &record->slots[i]))
            return obol_fail(err, OBOL_ERR_INVALID, field->name, "expected a shorter value");
        before = '&';
    }
    return true;
}

bool obol_encode_target(struct obol_buf *out, const char *request_line,
                        const struct obol_record *record, struct obol_err *err)
{
    const char *at = strchr(request_line, ' ') + 1;
    while (*at != '\0') {
        size_t size = strcspn(at, "{");
        if (size != 0) {
            obol_buf_add(out, obol_slice(at, size));
            at += size;
            continue;
        }
        size = strcspn(at, "}");
        if (!add_path_field(out, obol_slice(at + 1, size - 1), record, err))
            return false;
        at += size + 1;
    }
    if (!add_query(out, record, err))
        return false;
    if (out->failed)
        return obol_fail(err, OBOL_ERR_INVALID, NULL, "expected a shorter request");
    return true;
}
