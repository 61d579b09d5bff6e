#include "base/slice.h"

bool obol_slice_starts(struct obol_slice slice, const char *prefix)
{
    size_t size = strlen(prefix);
    return slice.size >= size && (size == 0 || memcmp(slice.data, prefix, size) == 0);
}

int obol_slice_compare_whole(struct obol_slice left, struct obol_slice right)
{
    size_t shared = left.size < right.size ? left.size : right.size;
    int order = shared != 0 ? memcmp(left.data, right.data, shared) : 0;
    if (order != 0)
        return order;
    return (left.size > right.size) - (left.size < right.size);
}
