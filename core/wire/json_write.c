#include "base/text.h"
#include "wire/json.h"
#include "wire/json_text.h"

static void write_escape(struct obol_buf *out, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    static const char letters[] = "btn.fr"; /* of 8 to 13 */
    char escape[6] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    size_t size = sizeof escape;
    if (byte == '"' || byte == '\\' || (byte >= 8 && byte <= 13 && byte != 11)) {
        escape[1] = byte >= ' ' ? (char)byte : letters[byte - 8];
        size = 2;
    }
    obol_buf_add(out, obol_slice(escape, size));
}

void obol_json_write_plain(struct obol_buf *out, struct obol_slice text)
{
    char *room = obol_buf_grow(out, text.size + 2);
    if (room == NULL)
        return;
    room[0] = room[text.size + 1] = '"';
    if (text.size != 0)
        memcpy(room + 1, text.data, text.size);
}

void obol_json_write_text(struct obol_buf *out, struct obol_slice text)
{
    size_t plain = obol_json_plain_length(text, false);
    if (plain == text.size) {
        obol_json_write_plain(out, text);
        return;
    }
    obol_buf_add_byte(out, '"');
    obol_buf_add(out, obol_slice(text.data, plain));
    while (plain < text.size) {
        write_escape(out, (unsigned char)text.data[plain]);
        text = obol_slice(text.data + plain + 1, text.size - plain - 1);
        plain = obol_json_plain_length(text, false);
        obol_buf_add(out, obol_slice(text.data, plain));
    }
    obol_buf_add_byte(out, '"');
}

static bool write_value(struct obol_buf *out, const struct obol_node *node, struct obol_err *err);

static bool write_checked(struct obol_buf *out, struct obol_slice text, struct obol_err *err)
{
    if (!obol_utf8_valid(text))
        return obol_fail(err, OBOL_ERR_INVALID, NULL, "expected valid UTF-8");
    obol_json_write_text(out, text);
    return true;
}

static bool write_list(struct obol_buf *out, const struct obol_node *list, struct obol_err *err)
{
    obol_buf_add_byte(out, '[');
    uint32_t index = 1;
    for (const struct obol_node *item = list->first; item != NULL; item = item->next, index++) {
        if (item != list->first)
            obol_buf_add_byte(out, ',');
        if (!write_value(out, item, err))
            return obol_err_in_item(err, index);
    }
    obol_buf_add_byte(out, ']');
    return true;
}

static bool write_map(struct obol_buf *out, const struct obol_node *map, struct obol_err *err)
{
    obol_buf_add_byte(out, '{');
    for (const struct obol_node *member = map->first; member != NULL; member = member->next) {
        if (member != map->first)
            obol_buf_add_byte(out, ',');
        if (!write_checked(out, member->name, err))
            return false;
        obol_buf_add_byte(out, ':');
        if (!write_value(out, member, err))
            return obol_err_in_member(err, member->name.data, member->name.size);
    }
    obol_buf_add_byte(out, '}');
    return true;
}

static bool write_value(struct obol_buf *out, const struct obol_node *node, struct obol_err *err)
{
    switch (node->type) {
    case OBOL_NODE_NULL:
        obol_buf_add_text(out, "null");
        return true;
    case OBOL_NODE_BOOLEAN:
        obol_buf_add_text(out, node->boolean ? "true" : "false");
        return true;
    case OBOL_NODE_NUMBER:
        obol_buf_add(out, node->text);
        return true;
    case OBOL_NODE_TEXT:
        return write_checked(out, node->text, err);
    case OBOL_NODE_LIST:
        return write_list(out, node, err);
    case OBOL_NODE_MAP:
        return write_map(out, node, err);
    case OBOL_NODE_MONEY:
        break;
    }
    return obol_fail(err, OBOL_ERR_INVALID, NULL, "expected text or minor units, not an amount");
}

bool obol_json_write(struct obol_buf *out, const struct obol_node *node, struct obol_err *err)
{
    if (!write_value(out, node, err))
        return false;
    if (out->failed)
        return obol_fail(err, OBOL_ERR_INVALID, NULL, "document is longer than allowed");
    return true;
}
