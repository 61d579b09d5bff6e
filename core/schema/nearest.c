#include "schema/nearest.h"

enum { LETTERS = 64 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

size_t obol_edit_distance(struct obol_slice left, struct obol_slice right)
{
    size_t rows = left.size < LETTERS ? left.size : LETTERS;
    size_t columns = right.size < LETTERS ? right.size : LETTERS;
    size_t costs[LETTERS + 1];
    for (size_t j = 0; j <= columns; j++)
        costs[j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t diagonal = costs[0];
        costs[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t above = costs[j];
            size_t changed = diagonal + (left.data[i - 1] != right.data[j - 1]);
            costs[j] = least(above + 1, costs[j - 1] + 1, changed);
            diagonal = above;
        }
    }
    return costs[columns];
}

bool obol_is_near(struct obol_slice word, struct obol_slice candidate, size_t *distance)
{
    *distance = obol_edit_distance(word, candidate);
    size_t longer = word.size > candidate.size ? word.size : candidate.size;
    return *distance <= (longer < 6 ? 2 : 3) && *distance < longer;
}
