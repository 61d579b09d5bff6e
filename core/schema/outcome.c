#include "schema/outcome.h"

#include "schema/path.h"

#include <stdio.h>

static bool holds_something(const struct obol_node *node)
{
    if (node == NULL || node->type == OBOL_NODE_NULL)
        return false;
    return node->type != OBOL_NODE_TEXT || node->text.size != 0;
}

static bool is_value(const struct obol_outcome_row *row, const struct obol_node *node)
{
    if (row->is == NULL)
        return holds_something(node);
    if (node == NULL)
        return false;
    if (node->type == OBOL_NODE_BOOLEAN)
        return strcmp(row->is, node->boolean ? "true" : "false") == 0;
    /* a row of digits speaks of a number: "0" in quotes is another answer */
    bool digits = row->is[0] >= '0' && row->is[0] <= '9';
    if (node->type == OBOL_NODE_TEXT && digits && !row->text_too)
        return false;
    return (node->type == OBOL_NODE_TEXT || node->type == OBOL_NODE_NUMBER) &&
           obol_slice_is(node->text, row->is);
}

static bool is_status(const struct obol_outcome_row *row, int status)
{
    char digits[16];
    int size = snprintf(digits, sizeof digits, "%d", status);
    /* "4xx" stands for the whole hundred */
    if (row->is != NULL && strcmp(row->is + 1, "xx") == 0)
        return size == 3 && digits[0] == row->is[0];
    return row->is == NULL || strcmp(row->is, digits) == 0;
}

const struct obol_outcome_row *obol_outcome_match(const struct obol_outcome_row *rows,
                                                  const struct obol_node *root, int status)
{
    for (; rows != NULL && rows->at != NULL; rows++) {
        bool fits = strcmp(rows->at, "http_status") == 0
                        ? is_status(rows, status)
                        : is_value(rows, obol_path_find(root, rows->at));
        if (fits && (rows->has == NULL || holds_something(obol_path_find(root, rows->has))))
            return rows;
    }
    return NULL;
}
