#include "call/result.h"

#include "schema/decode.h"
#include "schema/outcome.h"
#include "schema/path.h"

static bool set_text(struct obol_arena *arena, struct obol_node *map, const char *name,
                     const char *text)
{
    return text == NULL || obol_node_set(map, name, obol_node_text(arena, obol_slice_text(text)));
}

/* The provider's own word, whatever its type, as text. */
static bool set_word(struct obol_arena *arena, struct obol_node *result, const char *name,
                     const struct obol_node *word)
{
    if (word == NULL || (word->type != OBOL_NODE_TEXT && word->type != OBOL_NODE_NUMBER))
        return true;
    return obol_node_set(result, name, obol_node_text(arena, word->text));
}

/* A member of the envelope that the result tells; marked as used, as `extra` holds what is left. */
static struct obol_node *told(struct obol_node *root, const char *path)
{
    struct obol_node *node = path != NULL ? obol_path_find(root, path) : NULL;
    if (node != NULL && (node->type == OBOL_NODE_TEXT || node->type == OBOL_NODE_NUMBER))
        node->flags |= OBOL_NODE_CLAIMED;
    return node;
}

/* The provider's code and text; a row of the reply may have told them already, as a picked item's
 * are more to the point than those of the list. */
static bool set_code(const struct obol_provider *provider, const struct obol_verdict *verdict,
                     struct obol_arena *arena, struct obol_node *result)
{
    const struct obol_node *text = told(verdict->root, provider->message_at);
    const struct obol_node *other = told(verdict->root, provider->message_or);
    bool by_status = obol_is_http_status(provider->code_at);
    const struct obol_node *code = by_status ? obol_node_integer(arena, verdict->http_status)
                                             : told(verdict->root, provider->code_at);
    return (obol_node_get(result, obol_slice_text("code")) != NULL ||
            set_word(arena, result, "code", code)) &&
           (obol_node_get(result, obol_slice_text("message")) != NULL ||
            set_word(arena, result, "message", text != NULL ? text : other));
}

/* What the payer has to do next is told by which member there is. */
static bool set_action(struct obol_arena *arena, struct obol_node *result)
{
    static const struct {
        const char *member;
        const char *type;
    } actions[] = {{"url", "redirect"},
                   {"data", "qr"},
                   {"parameters", "jsapi"},
                   {"client_secret", "client_secret"}};
    struct obol_node *action = obol_node_get(result, obol_slice_text("action"));
    for (size_t i = 0; action != NULL && i < sizeof actions / sizeof actions[0]; i++)
        if (obol_node_get(action, obol_slice_text(actions[i].member)) != NULL)
            return set_text(arena, action, "type", actions[i].type);
    return true;
}

const char *obol_result_status(enum obol_outcome outcome, bool has_action)
{
    switch (outcome) {
    case OBOL_SUCCEEDED:
        return "succeeded";
    case OBOL_ACCEPTED:
        return has_action ? "requires_action" : "processing";
    case OBOL_UNKNOWN:
        return "unknown";
    default:
        return "failed";
    }
}

static bool is_same(const struct obol_node *left, const struct obol_node *right)
{
    if (left->type == OBOL_NODE_MONEY || right->type == OBOL_NODE_MONEY)
        return left->type == right->type && left->integer == right->integer &&
               obol_slice_equal(left->text, right->text);
    return obol_slice_equal(left->text, right->text);
}

/* Holds the reply against what was asked: what the provider does not echo is not compared.
 * `checked` tells what was; without anything to expect it is false. */
static bool compare(struct obol_arena *arena, struct obol_node *result,
                    const struct obol_node *expect)
{
    static const char *const names[] = {"key",         "order_id",    "refund_id",  "amount",
                                        "provider_id", "customer_id", "product_id", NULL};
    if (expect == NULL)
        return obol_node_set(result, "checked", obol_node_boolean(arena, false));
    struct obol_node *checked = obol_node_new(arena, OBOL_NODE_LIST);
    bool foreign = (result->flags & OBOL_NODE_FOREIGN) != 0;
    for (const char *const *each = names; *each != NULL; each++) {
        struct obol_name name = obol_name(obol_slice_text(*each));
        const struct obol_node *asked = obol_node_find(expect, name);
        if (asked == NULL)
            continue;
        const struct obol_node *answered = obol_node_find(result, name);
        if (answered == NULL && !(foreign && strcmp(*each, "amount") == 0))
            continue;
        if (!obol_node_append(checked, obol_node_text(arena, name.text)))
            return false;
        if (answered != NULL && is_same(asked, answered))
            continue;
        if (obol_node_get(result, obol_slice_text("mismatch")) == NULL &&
            !set_text(arena, result, "mismatch", *each))
            return false;
    }
    return obol_node_set(result, "checked", checked);
}

/* The item's members become the result's own, where it has none of that name. */
static bool merge(struct obol_arena *arena, struct obol_node *result, const struct obol_node *item)
{
    result->flags |= item->flags & OBOL_NODE_FOREIGN;
    for (const struct obol_node *each = item->first; each != NULL; each = each->next)
        if (obol_node_get(result, each->name) == NULL &&
            !obol_node_append(result, obol_node_alias(arena, each)))
            return false;
    return true;
}

static bool take(const struct obol_operation *operation, const struct obol_node *item,
                 struct obol_arena *arena, struct obol_node *result, struct obol_verdict *verdict)
{
    const struct obol_outcome_row *row =
        obol_outcome_match(operation->item_outcomes, item, verdict->http_status);
    verdict->outcome = row != NULL ? row->outcome : OBOL_UNKNOWN;
    verdict->row = row;
    if (operation->pick_as == NULL)
        return merge(arena, result, item);
    const struct obol_node *id = obol_node_get(item, obol_slice_text(operation->pick_by));
    return obol_node_set(result, operation->pick_as, obol_node_alias(arena, item)) &&
           (operation->pick_with != NULL ||
            obol_node_set(result, "provider_id", obol_node_text(arena, id->text)));
}

/* How much an item says of a payment that several tell of, as charges of one subscription do: a
 * failure is the payment's only when no other of them may still take money. */
static int weight_of(const struct obol_outcome_row *row)
{
    if (row == NULL || row->outcome == OBOL_UNKNOWN)
        return 1;
    return row->outcome == OBOL_SUCCEEDED ? 3 : row->outcome == OBOL_ACCEPTED ? 2 : 0;
}

/* Of the items that were asked for, the one that says most. */
static const struct obol_node *best_of(const struct obol_operation *operation,
                                       const struct obol_node *list, const struct obol_node *wanted)
{
    const struct obol_node *best = NULL;
    int most = -1;
    for (const struct obol_node *item = list->first; item != NULL; item = item->next) {
        const struct obol_node *id = obol_node_get(item, obol_slice_text(operation->pick_by));
        if (id == NULL || !obol_slice_equal(id->text, wanted->text))
            continue;
        int weight = weight_of(obol_outcome_match(operation->item_outcomes, item, 0));
        if (weight > most) {
            best = item;
            most = weight;
        }
    }
    return best;
}

static void doubt(struct obol_verdict *verdict)
{
    verdict->outcome = OBOL_UNKNOWN;
    verdict->row = NULL;
}

/* Whether a list tells of more than it holds: what was asked for may stand on another page. */
static bool counts_more(const struct obol_node *result, const struct obol_node *list)
{
    int64_t total = 0;
    return obol_node_int64(obol_node_get(result, obol_slice_text("total")), &total) &&
           total > (int64_t)list->count;
}

/* The item of a list that was asked for; a list without it says nothing about it. */
static bool pick(const struct obol_operation *operation, const struct obol_node *expect,
                 const struct obol_node *params, struct obol_arena *arena, struct obol_node *result,
                 struct obol_verdict *verdict)
{
    if (operation->pick_from == NULL || verdict->outcome != OBOL_SUCCEEDED)
        return true;
    const char *with = operation->pick_with != NULL ? operation->pick_with : "provider_id";
    const struct obol_node *wanted = obol_path_find(expect, with);
    /* the call's own word for it, by which the variant was chosen */
    if (wanted == NULL && operation->when != NULL && strcmp(operation->variant, "*") == 0)
        wanted = obol_path_find(params, operation->when);
    const struct obol_node *list = obol_node_get(result, obol_slice_text(operation->pick_from));
    if (wanted == NULL || list == NULL) {
        /* that the list came says nothing about an item of which nobody said which */
        if (operation->pick_as == NULL)
            doubt(verdict);
        return true;
    }
    const struct obol_node *item = best_of(operation, list, wanted);
    if (item != NULL)
        return take(operation, item, arena, result, verdict);
    doubt(verdict);
    /* others in its place: the question was not understood */
    if ((operation->pick_alone && list->count != 0) || counts_more(result, list))
        return true;
    verdict->nothing = true;
    return obol_node_set(result, "found", obol_node_boolean(arena, false));
}

static bool set_verdict(struct obol_verdict *verdict, struct obol_arena *arena,
                        struct obol_node *result)
{
    bool action = obol_node_get(result, obol_slice_text("action")) != NULL;
    bool mismatch = obol_node_get(result, obol_slice_text("mismatch")) != NULL;
    enum obol_kind kind = verdict->row != NULL ? verdict->row->kind : OBOL_ERR_PROVIDER;
    if (verdict->nothing)
        kind = OBOL_ERR_NOT_FOUND;
    if (mismatch) {
        /* somebody else's answer proves nothing about this call */
        kind = OBOL_ERR_CONFLICT;
        verdict->outcome = OBOL_UNKNOWN;
    }
    const char *status = obol_result_status(verdict->outcome, action);
    if (verdict->row != NULL && verdict->row->status != NULL && !mismatch)
        status = verdict->row->status;
    if (!set_text(arena, result, "outcome", obol_outcome_name(verdict->outcome)) ||
        !set_text(arena, result, "status", status) ||
        !set_text(arena, result, "kind", obol_kind_name(kind)))
        return false;
    if (verdict->row != NULL && verdict->row->retryable &&
        !obol_node_set(result, "retryable", obol_node_boolean(arena, true)))
        return false;
    return obol_node_set(result, "http_status", obol_node_integer(arena, verdict->http_status));
}

/* A question's own answer that there is no such thing: it worked, and found nothing. */
static bool judge_nothing(struct obol_verdict *verdict, struct obol_arena *arena,
                          struct obol_node *result)
{
    const struct obol_outcome_row *row = verdict->row;
    if (row == NULL || !verdict->own || row->outcome != OBOL_UNKNOWN ||
        row->kind != OBOL_ERR_NOT_FOUND)
        return true;
    verdict->nothing = true;
    return obol_node_set(result, "found", obol_node_boolean(arena, false));
}

bool obol_result_finish(const struct obol_provider *provider,
                        const struct obol_operation *operation, struct obol_verdict *verdict,
                        const struct obol_node *expect, const struct obol_node *params,
                        struct obol_arena *arena, struct obol_node *result)
{
    if (!judge_nothing(verdict, arena, result) ||
        !pick(operation, expect, params, arena, result, verdict) || !set_action(arena, result) ||
        !set_code(provider, verdict, arena, result) || !compare(arena, result, expect) ||
        !set_verdict(verdict, arena, result))
        return false;
    return obol_decode_rest(arena, verdict->root, result);
}
