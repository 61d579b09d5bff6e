#include "provider/fourmetas/fourmetas.h"

#include "base/reader.h"
#include "base/text.h"
#include "schema/path.h"

/*
 * The wire's `extra` carries what the platform has no field for: `<key>|<order_id>|<echo>`. In the
 * order `|` and `%` are percent-encoded, so that the first two bars are the borders.
 */
enum { EXTRA_MAX = 1024 };

static void add_order(struct obol_buf *out, struct obol_slice order)
{
    for (size_t i = 0; i < order.size; i++) {
        if (order.data[i] == '|' || order.data[i] == '%')
            obol_percent_encode(out, obol_slice(order.data + i, 1));
        else
            obol_buf_add_byte(out, order.data[i]);
    }
}

static struct obol_slice text_of(const struct obol_record *record, const char *name)
{
    const struct obol_slot *slot = obol_record_get(record, name);
    return slot != NULL ? slot->text : obol_slice(NULL, 0);
}

bool obol_fourmetas_make_extra(const struct obol_record *record, size_t slot, struct obol_err *err)
{
    struct obol_slice key = text_of(record, "call.key");
    struct obol_slice order = text_of(record, "order_id");
    struct obol_slice echo = text_of(record, "extra.fourmetas.echo");
    if (key.size + order.size + echo.size == 0)
        return true;
    if (key.size != 0 && memchr(key.data, '|', key.size) != NULL)
        return obol_fail(err, OBOL_ERR_INVALID, "key", "expected text without |");
    struct obol_buf out;
    obol_buf_init(&out, OBOL_CEILING_SMALL);
    obol_buf_add(&out, key);
    obol_buf_add_byte(&out, '|');
    add_order(&out, order);
    obol_buf_add_byte(&out, '|');
    obol_buf_add(&out, echo);
    bool fits = !out.failed && out.size <= EXTRA_MAX;
    if (fits) {
        record->slots[slot].text = obol_arena_copy(record->arena, obol_buf_slice(&out));
        record->slots[slot].set = record->slots[slot].text.data != NULL;
    }
    obol_buf_free(&out);
    return fits || obol_fail(err, OBOL_ERR_INVALID, "extra.fourmetas.echo",
                             "expected at most %d bytes together with key and order_id", EXTRA_MAX);
}

static struct obol_slice extra_of(const struct obol_node *object)
{
    const struct obol_node *extra = obol_path_find(object, "extra");
    return extra != NULL && extra->type == OBOL_NODE_TEXT ? extra->text : obol_slice(NULL, 0);
}

/* The part of a callback's `extra` that has `before` bars before it; the last one goes to the end.
 * All are null slices when there are fewer than two bars: that one is not ours. */
static struct obol_slice part(const struct obol_node *object, int before)
{
    struct obol_slice extra = extra_of(object);
    struct obol_reader reader = obol_reader(extra);
    struct obol_slice key = obol_reader_until(&reader, '|');
    struct obol_slice order = obol_reader_until(&reader, '|');
    size_t borders = key.size + order.size + 2;
    if (extra.size < borders || extra.data[borders - 1] != '|')
        return obol_slice(NULL, 0);
    if (before < 2)
        return before == 0 ? key : order;
    return obol_slice(extra.data + borders, extra.size - borders);
}

static struct obol_node *text_node(const struct obol_reading *reading, struct obol_slice text)
{
    return text.size != 0 ? obol_node_text(reading->arena, text) : NULL;
}

struct obol_node *obol_fourmetas_read_key(const struct obol_reading *reading,
                                          const struct obol_node *object)
{
    return text_node(reading, part(object, 0));
}

struct obol_node *obol_fourmetas_read_order_id(const struct obol_reading *reading,
                                               const struct obol_node *object)
{
    struct obol_buf out;
    obol_buf_init(&out, OBOL_CEILING_SMALL);
    struct obol_slice order = {0};
    if (obol_percent_decode(&out, part(object, 1)))
        order = obol_arena_copy(reading->arena, obol_buf_slice(&out));
    obol_buf_free(&out);
    return text_node(reading, order);
}

struct obol_node *obol_fourmetas_read_echo(const struct obol_reading *reading,
                                           const struct obol_node *object)
{
    return text_node(reading, part(object, 2));
}

/* That nothing came back is told too: something was given with every order that is recorded. */
struct obol_node *obol_fourmetas_read_extra(const struct obol_reading *reading,
                                            const struct obol_node *object)
{
    struct obol_slice extra = extra_of(object);
    return obol_node_text(reading->arena, extra.size != 0 ? extra : obol_slice_text(""));
}

/* The id as it was written: the nearest double of a 19-digit id is another order's. */
struct obol_node *obol_fourmetas_read_id(const struct obol_reading *reading,
                                         const struct obol_node *object)
{
    const struct obol_node *data = obol_path_find(object, "data");
    int64_t id = 0;
    if (data == NULL || !obol_node_int64(data, &id) || id <= 0)
        return NULL;
    return obol_node_text(reading->arena, data->text);
}

/* Built by joining: a URL library would move the query before the fragment (sheet 5). */
struct obol_node *obol_fourmetas_read_page(const struct obol_reading *reading,
                                           const struct obol_node *object)
{
    const struct obol_node *id = obol_fourmetas_read_id(reading, object);
    if (id == NULL)
        return NULL;
    struct obol_slice base = obol_record_get(reading->account, "pay_base")->text;
    while (base.size != 0 && base.data[base.size - 1] == '/')
        base.size--;
    return obol_node_text(reading->arena,
                          obol_arena_format(reading->arena, "%.*s/#/pages/pay/detail?id=%.*s",
                                            (int)base.size, base.data, (int)id->text.size,
                                            id->text.data));
}
