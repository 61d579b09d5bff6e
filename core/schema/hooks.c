#include "schema/hooks.h"

#include "base/text.h"

bool obol_draft_header(struct obol_draft *draft, const char *name, struct obol_slice value)
{
    if (draft->header_count == OBOL_DRAFT_HEADERS || value.size == 0 ||
        !obol_text_fits_header(value) || !obol_text_is_token(obol_slice_text(name)))
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

bool obol_draft_named_header(struct obol_draft *draft, struct obol_slice name,
                             struct obol_slice value)
{
    char *lower = obol_arena_alloc(draft->arena, name.size + 1);
    for (size_t i = 0; lower != NULL && i < name.size; i++)
        lower[i] = obol_ascii_lower(name.data[i]);
    return lower != NULL && obol_draft_header(draft, lower, value);
}

bool obol_draft_extra_headers(struct obol_draft *draft, const struct obol_slot *list)
{
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const struct obol_record *each = &list->items[i];
        if (!obol_draft_named_header(draft, obol_record_get(each, "name")->text,
                                     obol_record_get(each, "value")->secrets[0]))
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
