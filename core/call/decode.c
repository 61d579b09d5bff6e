#include "call/decode.h"

#include "call/result.h"
#include "schema/decode.h"
#include "schema/outcome.h"
#include "schema/path.h"
#include "wire/json.h"

static bool is_success(enum obol_outcome outcome)
{
    return outcome == OBOL_SUCCEEDED || outcome == OBOL_ACCEPTED;
}

/* A question about a payment: when the question itself fails, nothing is known of the payment. */
static bool is_query(const struct obol_operation *operation)
{
    const char *verb = strchr(operation->name, '.');
    return verb != NULL && (strcmp(verb, ".query") == 0 || strcmp(verb, ".find") == 0);
}

/* `own` is the operation's own row for the reply, if it has one. */
static struct obol_verdict judge(const struct obol_provider *provider,
                                 const struct obol_outcome_row *own, struct obol_node *root,
                                 int status)
{
    struct obol_verdict verdict = {.outcome = OBOL_UNKNOWN, .root = root, .http_status = status};
    verdict.row = own;
    verdict.own = own != NULL;
    if (verdict.row == NULL)
        verdict.row = obol_outcome_match(provider->outcomes, root, status);
    if (verdict.row != NULL)
        verdict.outcome = verdict.row->outcome;
    return verdict;
}

/* The variant that was called, and its own row for the reply, null when it has none. Without the
 * parameters it is the first variant that knows such an answer. */
static const struct obol_operation *called(const struct obol_account *account,
                                           const struct obol_answered *answered,
                                           const struct obol_node *root, int status,
                                           const struct obol_outcome_row **own,
                                           struct obol_err *err)
{
    static const struct obol_node nothing = {.type = OBOL_NODE_MAP};
    *own = NULL;
    if (answered->params != NULL) {
        const struct obol_operation *chosen =
            obol_account_choose(account, answered->operation, answered->params, err);
        if (chosen != NULL)
            *own = obol_outcome_match(chosen->outcomes, root, status);
        return chosen;
    }
    const struct obol_operation *first = NULL;
    for (const struct obol_operation *const *each = account->provider->operations; *each != NULL;
         each++) {
        if (strcmp((*each)->name, answered->operation) != 0)
            continue;
        *own = obol_outcome_match((*each)->outcomes, root, status);
        if (*own != NULL)
            return *each;
        first = first != NULL ? first : *each;
    }
    return first != NULL ? first : obol_account_choose(account, answered->operation, &nothing, err);
}

/* A refusal speaks of this request; when its key went out before, the first one decides. A question
 * that works may tell of a payment that was declined; one that is refused tells nothing. */
static enum obol_outcome weigh(const struct obol_operation *operation,
                               const struct obol_answered *answered,
                               const struct obol_verdict *verdict)
{
    enum obol_outcome outcome = verdict->outcome;
    bool refused = outcome == OBOL_REJECTED && operation->effect == OBOL_MONEY_MOVES;
    if (refused && answered->sent_before)
        return OBOL_UNKNOWN;
    if (!is_query(operation) || is_success(outcome) || (outcome == OBOL_DECLINED && verdict->own))
        return outcome;
    return OBOL_UNKNOWN;
}

/* No envelope: only the HTTP status is left to go by, and no success is read from that. */
static bool unreadable(const struct obol_provider *provider, const struct obol_operation *operation,
                       const struct obol_answered *answered, int status, enum obol_outcome *outcome,
                       struct obol_err *err)
{
    struct obol_verdict verdict =
        judge(provider, obol_outcome_match(operation->outcomes, NULL, status), NULL, status);
    const struct obol_outcome_row *row = verdict.row;
    *outcome = weigh(operation, answered, &verdict);
    if (is_success(*outcome) || is_query(operation))
        *outcome = OBOL_UNKNOWN;
    return obol_fail(err, row != NULL && row->kind != OBOL_ERR_NONE ? row->kind : OBOL_ERR_PROVIDER,
                     NULL, "expected a reply in %s's format, got HTTP status %d", provider->title,
                     status);
}

static bool read_rows(const struct obol_account *account, const struct obol_operation *operation,
                      const struct obol_verdict *verdict, struct obol_arena *arena,
                      struct obol_node *result, struct obol_err *err)
{
    struct obol_reading reading = obol_account_reading(account, arena);
    struct obol_node *root = verdict->root;
    /* an answer that settles a payment has to show that it is this one's, a decline's too */
    bool settles = is_query(operation) && verdict->own && verdict->outcome == OBOL_DECLINED;
    reading.lenient = !is_success(verdict->outcome) && !settles;
    return obol_decode(&reading, operation->reply, root, result, err);
}

bool obol_call_decode(const struct obol_account *account, const struct obol_answered *answered,
                      const struct obol_reply *reply, struct obol_arena *arena,
                      struct obol_node *result, enum obol_outcome *outcome, struct obol_err *err)
{
    const struct obol_provider *provider = account->provider;
    *outcome = OBOL_UNKNOWN;
    struct obol_node *root = obol_json_parse(arena, reply->body, NULL, NULL);
    const struct obol_outcome_row *own = NULL;
    const struct obol_operation *operation =
        called(account, answered, root, reply->status, &own, err);
    if (operation == NULL)
        return false;
    if (root == NULL || root->type != OBOL_NODE_MAP ||
        (!obol_is_http_status(provider->code_at) &&
         obol_path_find(root, provider->code_at) == NULL))
        return unreadable(provider, operation, answered, reply->status, outcome, err);
    struct obol_verdict verdict = judge(provider, own, root, reply->status);
    if (!read_rows(account, operation, &verdict, arena, result, err))
        return false; /* an answer that says yes and then cannot be read leaves it unknown */
    verdict.outcome = weigh(operation, answered, &verdict);
    if (!obol_result_finish(provider, operation, &verdict, answered->expect, answered->params,
                            arena, result))
        return obol_fail(err, OBOL_ERR_PROVIDER, NULL, "expected a smaller reply");
    *outcome = verdict.outcome;
    return true;
}
