#include "schema/compile_member.h"

/* What a provider sends by itself: kinds of notification, and what each is answered with. */

enum { KINDS_MAX = 100 };

static const struct obol_named confirms[] = {{"never", OBOL_CONFIRM_NEVER},
                                             {"unless_off", OBOL_CONFIRM_UNLESS_OFF},
                                             {"always", OBOL_CONFIRM_ALWAYS},
                                             {0}};

static void set_fields(struct obol_compiling *compiling, const struct obol_member *member,
                       const struct obol_node *value, void *target)
{
    compiling->use = OBOL_ROWS_REPLY;
    obol_compile_fields(compiling, member, value, target);
}

#define NOTIFICATION(member) OBOL_MEMBER(obol_notification, member)
static const struct obol_member notification_members[] = {
    {NOTIFICATION(type), .set = obol_compile_text, .required = true},
    {NOTIFICATION(at), .set = obol_compile_text},
    {NOTIFICATION(is), .set = obol_compile_plain},
    {NOTIFICATION(has), .set = obol_compile_text},
    {NOTIFICATION(fields), .set = set_fields, .required = true},
    {NOTIFICATION(outcomes), .set = obol_compile_item_outcomes},
    {NOTIFICATION(id_of), .set = obol_compile_texts, .required = true},
    {NOTIFICATION(confirm), .set = obol_compile_word, .words = confirms},
    {NOTIFICATION(doc), .set = obol_compile_text},
    {NOTIFICATION(source), .set = obol_compile_text},
    {0},
};

static void finish(struct obol_compiling *compiling, struct obol_notification *row)
{
    const struct obol_provider *provider = &compiling->compiled->provider;
    if (row->is != NULL && row->at == NULL)
        obol_compile_expected_at(compiling, "at", "a path in the notification");
    if (row->doc == NULL)
        row->doc = obol_compile_format(compiling, "%.80s from %.80s", row->type, provider->title);
    if (row->source == NULL)
        row->source = provider->source != NULL ? provider->source : provider->title;
}

void obol_compile_notifications(struct obol_compiling *compiling, const struct obol_member *member,
                                const struct obol_node *value, void *target)
{
    (void)member;
    if (value->type != OBOL_NODE_LIST || value->count == 0 || value->count > KINDS_MAX) {
        obol_compile_expected(compiling, "a list of kinds of notification");
        return;
    }
    struct obol_notification *rows = obol_compile_alloc(compiling, value->count + 1, sizeof *rows);
    struct obol_notification *row = rows;
    uint32_t index = 1;
    for (const struct obol_node *each = value->first; rows != NULL && each != NULL;
         each = each->next, row++) {
        size_t length = obol_compile_enter_item(compiling, index++);
        size_t before = compiling->problems->count;
        obol_compile_members(compiling, notification_members, NULL, each, row);
        if (compiling->problems->count == before)
            finish(compiling, row);
        obol_compile_leave(compiling, length);
    }
    *(const struct obol_notification **)target = rows;
}

#define ACKNOWLEDGEMENT(member) OBOL_MEMBER(obol_acknowledgement, member)
static const struct obol_member acknowledgement_members[] = {
    {ACKNOWLEDGEMENT(status), .set = obol_compile_int, .min = 200, .max = 599, .required = true},
    {ACKNOWLEDGEMENT(content_type), .set = obol_compile_text},
    {ACKNOWLEDGEMENT(body), .set = obol_compile_text},
    {0},
};

static void set_acknowledgement(struct obol_compiling *compiling, const struct obol_member *member,
                                const struct obol_node *value, void *target)
{
    struct obol_acknowledgement *row = target;
    obol_compile_members(compiling, acknowledgement_members, NULL, value, row);
    row->word = member->name;
    if (row->body == NULL)
        row->body = "";
    if (row->content_type == NULL)
        row->content_type = "text/plain";
}

#define WORD(text, place)                                                                          \
    {                                                                                              \
        .name = text, .set = set_acknowledgement,                                                  \
        .offset = (place) * sizeof(struct obol_acknowledgement), .required = true                  \
    }

void obol_compile_acknowledgements(struct obol_compiling *compiling,
                                   const struct obol_member *member, const struct obol_node *value,
                                   void *target)
{
    static const struct obol_member words[] = {
        WORD("accepted", 0), WORD("later", 1), WORD("refused", 2), {0}};
    (void)member;
    struct obol_acknowledgement *rows = obol_compile_alloc(compiling, 4, sizeof *rows);
    if (rows == NULL)
        return;
    obol_compile_members(compiling, words, NULL, value, rows);
    *(const struct obol_acknowledgement **)target = rows;
}
