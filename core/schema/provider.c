#include "schema/provider.h"

#include "base/text.h"
#include "schema/path.h"

/* RFC 9110 section 5.6.2. */
static bool is_token(const char *name)
{
    for (size_t i = 0; name[i] != '\0'; i++)
        if (strchr("!#$%&'*+-.^_`|~", name[i]) == NULL && !(name[i] >= '0' && name[i] <= '9') &&
            !((name[i] | 0x20) >= 'a' && (name[i] | 0x20) <= 'z'))
            return false;
    return name[0] != '\0';
}

bool obol_draft_header(struct obol_draft *draft, const char *name, struct obol_slice value)
{
    if (draft->header_count == OBOL_DRAFT_HEADERS || value.size == 0 ||
        !obol_text_fits_header(value) || !is_token(name))
        return false;
    draft->headers[draft->header_count++] =
        (struct obol_header){.name = obol_slice_text(name), .value = value};
    return true;
}

/* clang-format off */
const struct obol_field obol_extra_header[] = {
    {.name = "name", .type = OBOL_TEXT, .place = OBOL_IN_HEADER, .flags = OBOL_REQUIRED, .max = 64,
     .sample = "x-channel", .doc = "the header's name"},
    {.name = "value", .type = OBOL_SECRET, .flags = OBOL_REQUIRED, .max = 4096,
     .doc = "its value, which may be one that nobody else should see"},
    {0},
};
/* clang-format on */

bool obol_draft_extra_headers(struct obol_draft *draft, const struct obol_slot *list)
{
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        struct obol_slice name = obol_record_get(&list->items[i], "name")->text;
        const char *copy = obol_arena_format(draft->arena, "%.*s", (int)name.size, name.data).data;
        if (copy == NULL ||
            !obol_draft_header(draft, copy, obol_record_get(&list->items[i], "value")->secrets[0]))
            return false;
    }
    return true;
}

struct obol_slice obol_incoming_header(const struct obol_incoming *incoming, const char *name)
{
    for (size_t i = 0; i < incoming->header_count; i++)
        if (obol_slice_is(incoming->headers[i].name, name))
            return incoming->headers[i].value;
    return obol_slice(NULL, 0);
}

/* Whether a kind's mark stands in the notification: text or a number, written as `is`. */
static bool is_kind(const struct obol_notification *row, const struct obol_node *root)
{
    const struct obol_node *mark = row->at != NULL ? obol_path_find(root, row->at) : NULL;
    if (row->has != NULL && obol_path_find(root, row->has) == NULL)
        return false;
    if (row->at == NULL)
        return true;
    return mark != NULL && (mark->type == OBOL_NODE_TEXT || mark->type == OBOL_NODE_NUMBER) &&
           (row->is == NULL || obol_slice_is(mark->text, row->is));
}

const struct obol_notification *obol_notification_match(const struct obol_provider *provider,
                                                        const struct obol_node *root)
{
    const struct obol_notification *row = provider->notifications;
    for (; row != NULL && row->type != NULL; row++)
        if (is_kind(row, root))
            return row;
    return NULL;
}

const struct obol_operation *obol_operation_first(const struct obol_provider *provider,
                                                  const char *operation)
{
    for (const struct obol_operation *const *each = provider->operations; *each != NULL; each++)
        if (strcmp((*each)->name, operation) == 0)
            return *each;
    return NULL;
}
