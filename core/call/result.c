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

/* What the payer has to do next is told by which member there is. */
static bool set_action_type(struct obol_arena *arena, struct obol_node *result)
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

/* The state of a payment after an attempt with this outcome, when no other account is left. */
static const char *status_of(enum obol_outcome outcome, bool has_action)
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
                    const struct obol_node *expect, struct obol_verdict *verdict)
{
    static const char *const names[] = {"key", "order_id", "amount", "provider_id", "customer_id"};
    if (expect == NULL)
        return obol_node_set(result, "checked", obol_node_boolean(arena, false));
    struct obol_node *checked = obol_node_new(arena, OBOL_NODE_LIST);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct obol_node *asked = obol_node_get(expect, obol_slice_text(names[i]));
        const struct obol_node *answered = obol_node_get(result, obol_slice_text(names[i]));
        if (asked == NULL || answered == NULL)
            continue;
        if (!obol_node_append(checked, obol_node_text(arena, obol_slice_text(names[i]))))
            return false;
        if (is_same(asked, answered))
            continue;
        /* somebody else's answer proves nothing about this call */
        verdict->outcome = OBOL_UNKNOWN;
        if (obol_node_get(result, obol_slice_text("mismatch")) == NULL &&
            !set_text(arena, result, "mismatch", names[i]))
            return false;
    }
    return obol_node_set(result, "checked", checked);
}

/* The item of a list that was asked for; a list without it says nothing about it. */
static bool pick(const struct obol_operation *operation, const struct obol_node *expect,
                 struct obol_arena *arena, struct obol_node *result, struct obol_verdict *verdict)
{
    const struct obol_node *wanted = obol_path_find(expect, "provider_id");
    const struct obol_node *list =
        operation->pick_from != NULL ? obol_node_get(result, obol_slice_text(operation->pick_from))
                                     : NULL;
    if (wanted == NULL || list == NULL || verdict->outcome != OBOL_SUCCEEDED)
        return true;
    for (struct obol_node *item = list->first; item != NULL; item = item->next) {
        const struct obol_node *id = obol_node_get(item, obol_slice_text(operation->pick_by));
        if (id == NULL || !obol_slice_equal(id->text, wanted->text))
            continue;
        struct obol_node *copy = obol_node_new(arena, OBOL_NODE_MAP);
        if (copy == NULL)
            return false;
        *copy = *item;
        copy->next = NULL;
        const struct obol_outcome_row *row =
            obol_outcome_match(operation->item_outcomes, item, verdict->http_status);
        verdict->outcome = row != NULL ? row->outcome : OBOL_UNKNOWN;
        return obol_node_set(result, operation->pick_as, copy) &&
               obol_node_set(result, "provider_id", obol_node_text(arena, wanted->text));
    }
    verdict->outcome = OBOL_UNKNOWN;
    return true;
}

static bool set_verdict(const struct obol_verdict *verdict, struct obol_arena *arena,
                        struct obol_node *result)
{
    bool action = obol_node_get(result, obol_slice_text("action")) != NULL;
    bool mismatch = obol_node_get(result, obol_slice_text("mismatch")) != NULL;
    enum obol_kind kind = verdict->row != NULL ? verdict->row->kind : OBOL_ERR_PROVIDER;
    if (mismatch)
        kind = OBOL_ERR_CONFLICT;
    if (!set_text(arena, result, "outcome", obol_outcome_name(verdict->outcome)) ||
        !set_text(arena, result, "status", status_of(verdict->outcome, action)) ||
        !set_text(arena, result, "kind", obol_kind_name(kind)))
        return false;
    if (verdict->row != NULL && verdict->row->retryable &&
        !obol_node_set(result, "retryable", obol_node_boolean(arena, true)))
        return false;
    return obol_node_set(result, "http_status", obol_node_integer(arena, verdict->http_status));
}

bool obol_result_finish(const struct obol_provider *provider,
                        const struct obol_operation *operation, struct obol_verdict *verdict,
                        const struct obol_node *expect, struct obol_arena *arena,
                        struct obol_node *result)
{
    if (!set_action_type(arena, result) ||
        !set_word(arena, result, "code", obol_path_find(verdict->root, provider->code_at)) ||
        !set_word(arena, result, "message", obol_path_find(verdict->root, provider->message_at)) ||
        !compare(arena, result, expect, verdict) ||
        !pick(operation, expect, arena, result, verdict) || !set_verdict(verdict, arena, result))
        return false;
    return obol_decode_rest(arena, verdict->root, result);
}
