#include "wire/form.h"

#include "base/reader.h"
#include "wire/names.h"

enum { PAIRS_MAX = 1024 };

static bool is_kept(unsigned char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '*' || byte == '-' || byte == '.' || byte == '_';
}

static void add_encoded(struct obol_buf *out, struct obol_slice text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        const char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        if (is_kept(byte))
            obol_buf_add_byte(out, (char)byte);
        else if (byte == ' ')
            obol_buf_add_byte(out, '+');
        else
            obol_buf_add(out, obol_slice(escape, sizeof escape));
    }
}

void obol_form_add(struct obol_buf *out, struct obol_slice name, struct obol_slice value)
{
    if (out->size != 0)
        obol_buf_add_byte(out, '&');
    add_encoded(out, name);
    obol_buf_add_byte(out, '=');
    add_encoded(out, value);
}

static struct obol_node *refuse(struct obol_err *err, const char *what, size_t at)
{
    obol_fail(err, OBOL_ERR_INVALID, NULL, "%s at byte %zu", what, at);
    return NULL;
}

static int hex_value(int digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Decodes what stands before `stop` or the end, with the cursor on it afterwards; null data when
 * it cannot be. */
static struct obol_slice read_part(struct obol_arena *arena, struct obol_reader *in, bool name)
{
    const struct obol_slice none = {0};
    size_t from = in->at, size = 0;
    while (!obol_reader_done(in) && obol_reader_peek(in) != '&' &&
           (!name || obol_reader_peek(in) != '='))
        in->at++;
    struct obol_reader raw = obol_reader(obol_reader_since(in, from));
    char *decoded = obol_arena_alloc(arena, raw.input.size + 1);
    if (decoded == NULL)
        return none;
    while (!obol_reader_done(&raw)) {
        int byte = obol_reader_take(&raw);
        if (byte <= ' ' || byte == 0x7F)
            return none;
        if (byte == '+')
            byte = ' ';
        if (byte == '%') {
            int high = hex_value(obol_reader_take(&raw)), low = hex_value(obol_reader_take(&raw));
            if (high < 0 || low < 0)
                return none;
            byte = high << 4 | low;
        }
        decoded[size++] = (char)byte;
    }
    return obol_slice(decoded, size);
}

static bool read_pair(struct obol_arena *arena, struct obol_reader *in, struct obol_node *map,
                      struct obol_err *err)
{
    size_t from = in->at;
    struct obol_slice value = {.data = ""}, name = read_part(arena, in, true);
    if (name.data != NULL && obol_reader_skip(in, '='))
        value = read_part(arena, in, false);
    if (name.data == NULL || value.data == NULL)
        return refuse(err, "expected a pair in form encoding", from) != NULL;
    if (name.size == 0)
        return refuse(err, "expected a name", from) != NULL;
    struct obol_node *pair = obol_node_text(arena, value);
    if (pair != NULL) {
        obol_node_name(pair, obol_name(name));
        pair->raw = obol_reader_since(in, from);
    }
    if (map->count == PAIRS_MAX || !obol_node_append(map, pair))
        return refuse(err, "form is larger than allowed", from) != NULL;
    return true;
}

struct obol_node *obol_form_parse(struct obol_arena *arena, struct obol_slice text,
                                  struct obol_err *err)
{
    struct obol_reader in = obol_reader(text);
    struct obol_node *map = obol_node_new(arena, OBOL_NODE_MAP);
    const struct obol_node *repeated = NULL;
    bool more = text.size != 0;
    while (map != NULL && more) {
        if (!read_pair(arena, &in, map, err))
            return NULL;
        more = obol_reader_skip(&in, '&');
    }
    if (map == NULL || !obol_names_repeated(arena, map, &repeated))
        return refuse(err, "form is larger than allowed", in.at);
    if (repeated != NULL)
        return refuse(err, "name comes twice", (size_t)(repeated->raw.data - text.data));
    return map;
}
