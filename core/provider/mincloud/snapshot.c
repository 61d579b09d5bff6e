#include "provider/mincloud/mincloud.h"

#include "schema/path.h"
#include "wire/json.h"

/* The merchant's data that travels with an order, the library's own with it. */

static bool add_given(struct obol_arena *arena, struct obol_node *all,
                      const struct obol_node *given, struct obol_err *err)
{
    /* an empty table of Lua's may be a list too */
    if (given->type != OBOL_NODE_MAP && (given->type != OBOL_NODE_LIST || given->count != 0))
        return obol_fail(err, OBOL_ERR_INVALID, "extra.mincloud.snapshot",
                         "expected a table with named members");
    for (const struct obol_node *child = given->first; child != NULL; child = child->next) {
        if (obol_slice_is(child->name, "obol"))
            return obol_fail(err, OBOL_ERR_INVALID, "extra.mincloud.snapshot.obol",
                             "expected to be left out: the library's own goes there");
        if (!obol_node_append(all, obol_node_alias(arena, child)))
            return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    }
    return true;
}

static bool add_text(const struct obol_record *record, struct obol_node *own, const char *row,
                     const char *name)
{
    const struct obol_slot *slot = obol_record_get(record, row);
    return slot == NULL || obol_node_set(own, name, obol_node_text(record->arena, slot->text));
}

bool obol_mincloud_snapshot(const struct obol_record *record, size_t slot, struct obol_err *err)
{
    const struct obol_slot *given = obol_record_get(record, "extra.mincloud.snapshot");
    struct obol_node *all = obol_node_new(record->arena, OBOL_NODE_MAP);
    struct obol_node *own = obol_node_new(record->arena, OBOL_NODE_MAP);
    if (all == NULL || own == NULL || !add_text(record, own, "order_id", "order_id") ||
        !add_text(record, own, "call.key", "key"))
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    if (given != NULL && !add_given(record->arena, all, given->node, err))
        return false;
    if (own->count != 0 && !obol_node_set(all, "obol", own))
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    record->slots[slot].node = all;
    record->slots[slot].set = given != NULL || own->count != 0;
    return true;
}

/* Other channels drop it in silence, and what is charged would not be shared. */
bool obol_mincloud_profit_sharing(const struct obol_record *record, size_t slot,
                                  struct obol_err *err)
{
    const struct obol_slot *wanted = obol_record_get(record, "profit_sharing");
    const struct obol_slot *gateway = obol_record_get(record, "method");
    bool wechat = obol_slice_starts(gateway->text, "weixin_tenpay_");
    if (wanted == NULL)
        return true;
    if (!wechat && wanted->boolean)
        return obol_fail(err, OBOL_ERR_UNSUPPORTED, "profit_sharing",
                         "expected a WeChat method for it");
    record->slots[slot].boolean = wanted->boolean;
    record->slots[slot].set = wechat;
    return true;
}

/* A value inside a member that is an object, or a text that holds one; null where it is neither,
 * as Python's text is not (sheet 5.6). */
static struct obol_node *read_within(const struct obol_reading *reading,
                                     const struct obol_node *object, const char *member,
                                     const char *path)
{
    const struct obol_node *holder = obol_path_find(object, member);
    if (holder != NULL && holder->type == OBOL_NODE_TEXT)
        holder = obol_json_parse(reading->arena, holder->text, NULL, NULL);
    const struct obol_node *value = holder != NULL ? obol_path_find(holder, path) : NULL;
    if (value == NULL || value->type != OBOL_NODE_TEXT || value->text.size == 0)
        return NULL;
    return obol_node_text(reading->arena, value->text);
}

struct obol_node *obol_mincloud_read_order_id(const struct obol_reading *reading,
                                              const struct obol_node *object)
{
    return read_within(reading, object, "merchandise_snapshot", "obol.order_id");
}

struct obol_node *obol_mincloud_read_key(const struct obol_reading *reading,
                                         const struct obol_node *object)
{
    return read_within(reading, object, "merchandise_snapshot", "obol.key");
}

struct obol_node *obol_mincloud_read_channel_id(const struct obol_reading *reading,
                                                const struct obol_node *object)
{
    return read_within(reading, object, "gateway_extra_info", "wechat_response.transaction_id");
}

/* WeChat's bridge takes the answer unchanged (sheet 4.3): all of it but the two numbers. */
struct obol_node *obol_mincloud_read_bridge(const struct obol_reading *reading,
                                            const struct obol_node *object)
{
    if (obol_path_find(object, "paySign") == NULL)
        return NULL;
    struct obol_node *bridge = obol_node_new(reading->arena, OBOL_NODE_MAP);
    for (const struct obol_node *child = object->first; child != NULL; child = child->next) {
        if (obol_slice_is(child->name, "transaction_no") || obol_slice_is(child->name, "trade_no"))
            continue;
        if (!obol_node_append(bridge, obol_node_alias(reading->arena, child)))
            return NULL;
    }
    return bridge;
}
