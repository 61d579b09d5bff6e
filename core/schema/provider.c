#include "schema/provider.h"

#include "base/text.h"

bool obol_draft_header(struct obol_draft *draft, const char *name, struct obol_slice value)
{
    if (draft->header_count == OBOL_DRAFT_HEADERS || value.size == 0 ||
        !obol_text_fits_header(value))
        return false;
    draft->headers[draft->header_count++] =
        (struct obol_header){.name = obol_slice_text(name), .value = value};
    return true;
}

struct obol_slice obol_incoming_header(const struct obol_incoming *incoming, const char *name)
{
    for (size_t i = 0; i < incoming->header_count; i++)
        if (obol_slice_is(incoming->headers[i].name, name))
            return incoming->headers[i].value;
    return obol_slice(NULL, 0);
}

const struct obol_operation *obol_operation_first(const struct obol_provider *provider,
                                                  const char *operation)
{
    for (const struct obol_operation *const *each = provider->operations; *each != NULL; each++)
        if (strcmp((*each)->name, operation) == 0)
            return *each;
    return NULL;
}
