#include "call/notice.h"

#include "call/result.h"
#include "schema/decode.h"
#include "schema/outcome.h"
#include "schema/path.h"

enum { NOTICE_MAX = 1024 * 1024 };

static bool put_text(struct obol_arena *arena, struct obol_node *event, const char *name,
                     const char *text)
{
    return text == NULL || obol_node_set(event, name, obol_node_text(arena, obol_slice_text(text)));
}

/* The name by which the same notification is known again: its marks, one after the other. */
static bool set_id(struct obol_arena *arena, const char *const *paths, const struct obol_node *root,
                   struct obol_node *event)
{
    struct obol_buf id;
    obol_buf_init(&id, OBOL_CEILING_SMALL);
    for (size_t i = 0; paths != NULL && paths[i] != NULL; i++) {
        const struct obol_node *mark = obol_path_find(root, paths[i]);
        if (i != 0)
            obol_buf_add_byte(&id, '/');
        if (mark != NULL && (mark->type == OBOL_NODE_TEXT || mark->type == OBOL_NODE_NUMBER))
            obol_buf_add(&id, mark->text);
    }
    bool fine = !id.failed;
    if (fine && id.size != 0)
        fine = obol_node_set(event, "id",
                             obol_node_text(arena, obol_arena_copy(arena, obol_buf_slice(&id))));
    obol_buf_free(&id);
    return fine;
}

/* A payment's notification is named by what became of it. */
static const char *type_of(const struct obol_notification *row, enum obol_outcome outcome)
{
    if (strcmp(row->type, "payment") != 0)
        return row->type;
    if (outcome == OBOL_SUCCEEDED)
        return "payment.succeeded";
    return outcome == OBOL_DECLINED ? "payment.failed" : "payment.updated";
}

static bool set_outcome(const struct obol_provider *provider, const struct obol_notification *row,
                        const struct obol_node *root, struct obol_arena *arena,
                        struct obol_node *event)
{
    const struct obol_outcome_row *found = obol_outcome_match(row->outcomes, root, 0);
    if (found == NULL)
        found = obol_outcome_match(provider->outcomes, root, 0);
    enum obol_outcome outcome = found != NULL ? found->outcome : OBOL_UNKNOWN;
    if (!put_text(arena, event, "type", type_of(row, outcome)))
        return false;
    if (row->outcomes == NULL)
        return true;
    const char *status =
        found != NULL && found->status != NULL ? found->status : obol_result_status(outcome, false);
    return put_text(arena, event, "outcome", obol_outcome_name(outcome)) &&
           put_text(arena, event, "status", status) &&
           put_text(arena, event, "kind", found != NULL ? obol_kind_name(found->kind) : NULL);
}

static bool confirms(const struct obol_account *account, const struct obol_notification *row,
                     const struct obol_opened *opened, const struct obol_node *event)
{
    const struct obol_slot *word = obol_record_get(&account->config, "confirm");
    /* an amount that cannot be held against the record proves nothing by itself */
    if (opened->must_confirm || row->confirm == OBOL_CONFIRM_ALWAYS ||
        (event->flags & OBOL_NODE_FOREIGN) != 0)
        return true;
    bool told = obol_node_get(event, obol_slice_text("amount")) != NULL;
    return row->confirm == OBOL_CONFIRM_UNLESS_OFF && (word == NULL || word->boolean || !told);
}

static bool set_trust(const struct obol_account *account, const struct obol_notification *row,
                      const struct obol_opened *opened, struct obol_arena *arena,
                      struct obol_node *event)
{
    if (opened->is_signed && !put_text(arena, event, "verified_by", "signature"))
        return false;
    return !confirms(account, row, opened, event) ||
           obol_node_set(event, "confirm", obol_node_boolean(arena, true));
}

static bool fill(const struct obol_account *account, const struct obol_notification *row,
                 const struct obol_opened *opened, struct obol_arena *arena,
                 struct obol_node *event)
{
    if (!set_trust(account, row, opened, arena, event))
        return false;
    if (opened->root == NULL)
        return put_text(arena, event, "type", row->type);
    return set_id(arena, row->id_of, opened->root, event) &&
           set_outcome(account->provider, row, opened->root, arena, event) &&
           obol_decode_rest(arena, opened->root, event);
}

static bool refuse_form(const struct obol_account *account, struct obol_err *err)
{
    return obol_fail(err, OBOL_ERR_PROVIDER, NULL, "expected a notification of %s",
                     account->provider->title);
}

bool obol_call_open(const struct obol_account *account, const struct obol_incoming *incoming,
                    struct obol_node *event, struct obol_err *err)
{
    struct obol_opened opened = {0};
    if (account->provider->open == NULL)
        return obol_fail(err, OBOL_ERR_UNSUPPORTED, NULL, "%s sends no notifications",
                         account->provider->title);
    if (incoming->body.size > NOTICE_MAX)
        return obol_fail(err, OBOL_ERR_INVALID, "body", "expected at most 1 MiB");
    return account->provider->open(incoming, &account->config, &opened, err) &&
           obol_call_opened(account, &opened, incoming->arena, event, err);
}

/* Without rows the tree is the event, save what is not its to say. */
static bool take_whole(const struct obol_account *account, const struct obol_opened *opened,
                       struct obol_arena *arena, struct obol_node *event, struct obol_err *err)
{
    static const struct obol_notification any = {.confirm = OBOL_CONFIRM_NEVER};
    const struct obol_node *type = obol_node_get(opened->root, obol_slice_text("type"));
    if (type == NULL || type->type != OBOL_NODE_TEXT)
        return refuse_form(account, err);
    for (struct obol_node *each = opened->root->first, *next; each != NULL; each = next) {
        next = each->next;
        each->next = NULL;
        if (obol_slice_is(each->name, "verified_by") || obol_slice_is(each->name, "confirm"))
            continue;
        if (!obol_node_append(event, each))
            return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "expected a smaller notification");
    }
    return set_trust(account, &any, opened, arena, event) ||
           obol_fail(err, OBOL_ERR_INTERNAL, NULL, "expected a smaller notification");
}

bool obol_call_opened(const struct obol_account *account, const struct obol_opened *opened,
                      struct obol_arena *arena, struct obol_node *event, struct obol_err *err)
{
    if (opened->root != NULL && opened->root->type != OBOL_NODE_MAP)
        return refuse_form(account, err);
    if (account->provider->notifications == NULL)
        return take_whole(account, opened, arena, event, err);
    const struct obol_notification *row = obol_notification_match(account->provider, opened->root);
    if (row == NULL)
        return refuse_form(account, err);
    struct obol_reading reading = obol_account_reading(account, arena);
    if (opened->root != NULL && !obol_decode(&reading, row->fields, opened->root, event, err))
        return refuse_form(account, err);
    if (obol_node_get(event, obol_slice_text("mismatch")) != NULL)
        return obol_fail(err, OBOL_ERR_SIGNATURE, NULL, "expected a notification of this account");
    if (!fill(account, row, opened, arena, event))
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "expected a smaller notification");
    return true;
}

bool obol_call_acknowledge(const struct obol_account *account, const char *word,
                           struct obol_answer_to *answer)
{
    const struct obol_acknowledgement *each = account->provider->acknowledgements;
    while (each != NULL && each->word != NULL && strcmp(each->word, word) != 0)
        each++;
    if (each == NULL || each->word == NULL)
        return false;
    *answer = (struct obol_answer_to){.status = each->status,
                                      .content_type = each->content_type,
                                      .body = obol_slice_text(each->body)};
    if (strcmp(word, "accepted") != 0)
        return true;
    const struct obol_slot *status = obol_record_get(&account->config, "acknowledge.status");
    const struct obol_slot *body = obol_record_get(&account->config, "acknowledge.body");
    if (status != NULL)
        answer->status = (int)status->integer;
    if (body != NULL)
        answer->body = body->text;
    return true;
}
