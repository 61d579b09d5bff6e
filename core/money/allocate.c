#include "money/allocate.h"

#include <stdlib.h>

__extension__ typedef unsigned __int128 wide; /* an amount times a weight */

static int by_loss(const void *left, const void *right)
{
    const struct obol_share *a = left, *b = right;
    if (a->remainder != b->remainder)
        return a->remainder < b->remainder ? 1 : -1;
    return (a->place > b->place) - (a->place < b->place);
}

static int by_place(const void *left, const void *right)
{
    const struct obol_share *a = left, *b = right;
    return (a->place > b->place) - (a->place < b->place);
}

static bool add_weights(const struct obol_share *shares, size_t count, uint64_t *total)
{
    *total = 0;
    for (size_t i = 0; i < count; i++) {
        if (shares[i].weight < 0 || *total > (uint64_t)INT64_MAX - (uint64_t)shares[i].weight)
            return false;
        *total += (uint64_t)shares[i].weight;
    }
    return *total != 0;
}

bool obol_money_allocate(int64_t minor, struct obol_share *shares, size_t count,
                         struct obol_err *err)
{
    uint64_t units = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    uint64_t total, left = units;
    if (!add_weights(shares, count, &total))
        return obol_fail(err, OBOL_ERR_INVALID, NULL,
                         "expected weights of 0 or more, not all zero, with a sum within int64");
    for (size_t i = 0; i < count; i++) {
        wide product = (wide)units * (uint64_t)shares[i].weight;
        uint64_t part = (uint64_t)(product / total);
        shares[i].remainder = (uint64_t)(product % total);
        shares[i].place = i;
        shares[i].minor = (int64_t)(minor < 0 ? 0 - part : part);
        left -= part;
    }
    qsort(shares, count, sizeof *shares, by_loss);
    for (size_t i = 0; i < left; i++)
        shares[i].minor += minor < 0 ? -1 : 1;
    qsort(shares, count, sizeof *shares, by_place);
    return true;
}
