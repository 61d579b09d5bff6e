#include "schema/outcome.h"

#include "base/text.h"
#include "schema/path.h"

static bool holds_something(const struct obol_node *node)
{
    if (node == NULL || node->type == OBOL_NODE_NULL)
        return false;
    return node->type != OBOL_NODE_TEXT || node->text.size != 0;
}

static bool is_value(const char *is, bool text_too, const struct obol_node *node)
{
    int64_t integer = 0;
    if (is == NULL)
        return holds_something(node);
    if (node == NULL)
        return false;
    if (strcmp(is, OBOL_ANY_INTEGER) == 0)
        return obol_node_int64(node, &integer);
    if (node->type == OBOL_NODE_BOOLEAN)
        return strcmp(is, node->boolean ? "true" : "false") == 0;
    /* a row of digits speaks of a number: "0" in quotes is another answer */
    const char *digit = is;
    while (*digit == '-')
        digit++;
    bool digits = *digit >= '0' && *digit <= '9';
    if (node->type == OBOL_NODE_TEXT && digits && !text_too)
        return false;
    return (node->type == OBOL_NODE_TEXT || node->type == OBOL_NODE_NUMBER) &&
           obol_slice_is(node->text, is);
}

static bool is_status(const char *is, int status)
{
    char room[OBOL_INT64_ROOM];
    struct obol_slice digits = obol_text_of_int64(room, status);
    if (is != NULL && is[0] == '!')
        return !is_status(is + 1, status);
    /* "4xx" stands for the whole hundred */
    if (is != NULL && strcmp(is + 1, "xx") == 0)
        return digits.size == 3 && digits.data[0] == is[0];
    return is == NULL || obol_slice_is(digits, is);
}

bool obol_is_http_status(const char *at)
{
    return at[0] == 'h' && strcmp(at, "http_status") == 0;
}

static bool holds(const char *at, const char *is, bool text_too, const struct obol_node *root,
                  int status)
{
    return obol_is_http_status(at) ? is_status(is, status)
                                   : is_value(is, text_too, obol_path_find(root, at));
}

const struct obol_outcome_row *obol_outcome_match(const struct obol_outcome_row *rows,
                                                  const struct obol_node *root, int status)
{
    for (; rows != NULL && rows->at != NULL; rows++) {
        bool fits = holds(rows->at, rows->is, rows->text_too, root, status);
        if (rows->and_at != NULL)
            fits = fits && holds(rows->and_at, rows->and_is, rows->text_too, root, status);
        if (fits && (rows->has == NULL || holds_something(obol_path_find(root, rows->has))))
            return rows;
    }
    return NULL;
}
