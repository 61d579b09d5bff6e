/* Target: obol_form_parse, obol_form_add. What was read is written, and that reads as the same. */
#include "wire/form.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CEILING = 64 * 1024 * 1024 };

static void expect(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct obol_arena arena;
    struct obol_buf out;
    struct obol_err err = {0};
    obol_arena_init(&arena, CEILING);
    obol_buf_init(&out, CEILING);
    struct obol_node *form = obol_form_parse(&arena, obol_slice((const char *)data, size), &err);
    expect(form != NULL || err.kind == OBOL_ERR_INVALID);
    if (form != NULL) {
        for (struct obol_node *pair = form->first; pair != NULL; pair = pair->next)
            obol_form_add(&out, pair->name, pair->text);
        const struct obol_node *again = obol_form_parse(&arena, obol_buf_slice(&out), &err);
        expect(again != NULL && again->count == form->count);
        for (struct obol_node *pair = form->first; pair != NULL; pair = pair->next) {
            const struct obol_node *same = obol_node_get(again, pair->name);
            expect(same != NULL && obol_slice_equal(same->text, pair->text));
        }
    }
    obol_buf_free(&out);
    obol_arena_free(&arena);
    return 0;
}
