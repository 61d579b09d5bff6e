/* Target: obol_json_parse, obol_json_write. What was read is written, and that reads as the same.
 */
#include "wire/json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA = 64 * 1024 * 1024 };

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static bool within(struct obol_slice part, struct obol_slice whole)
{
    return part.size != 0 && part.data >= whole.data &&
           part.data + part.size <= whole.data + whole.size;
}

static void check_raw(const struct obol_node *node, struct obol_slice document)
{
    expect(within(node->raw, document));
    uint32_t count = 0;
    for (const struct obol_node *child = node->first; child != NULL; child = child->next, count++)
        check_raw(child, node->raw);
    expect(count == node->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct obol_slice text = obol_slice((const char *)data, size);
    struct obol_arena arena;
    struct obol_buf first, second;
    struct obol_err err = {0};
    obol_arena_init(&arena, ARENA);
    obol_buf_init(&first, OBOL_CEILING_REPLY * 6);
    obol_buf_init(&second, OBOL_CEILING_REPLY * 6);
    struct obol_node *node = obol_json_parse(&arena, text, NULL, &err);
    if (node != NULL) {
        check_raw(node, text);
        expect(obol_json_write(&first, node, &err));
        node = obol_json_parse(&arena, obol_buf_slice(&first), NULL, &err);
        expect(node != NULL);
        expect(obol_json_write(&second, node, &err));
        expect(obol_slice_equal(obol_buf_slice(&first), obol_buf_slice(&second)));
    } else {
        expect(err.kind == OBOL_ERR_INVALID && err.message[0] != '\0');
    }
    obol_buf_free(&first);
    obol_buf_free(&second);
    obol_arena_free(&arena);
    return 0;
}
