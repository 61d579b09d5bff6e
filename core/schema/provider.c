#include "schema/provider.h"

#include "schema/path.h"

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
