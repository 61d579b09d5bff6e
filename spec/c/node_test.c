#include "check.h"

#include "base/err.h"
#include "base/node.h"
#include "base/reader.h"

#include <string.h>

static struct obol_arena arena;

static void members_are_found_by_name_and_by_path(void)
{
    obol_arena_init(&arena, 10000);
    struct obol_node *root = obol_node_new(&arena, OBOL_NODE_MAP);
    struct obol_node *inner = obol_node_new(&arena, OBOL_NODE_MAP);
    CHECK(obol_node_set(root, "a", obol_node_integer(&arena, -5)));
    CHECK(obol_node_set(root, "b", inner));
    CHECK(obol_node_set(inner, "c", obol_node_text(&arena, obol_slice_text("deep"))));
    CHECK_INT(2, root->count);
    CHECK(obol_node_get(root, obol_slice_text("b")) == inner);
    CHECK(obol_node_get(root, obol_slice_text("c")) == NULL);
    struct obol_node *found = obol_node_at(root, "b.c");
    if (CHECK(found != NULL))
        CHECK_TEXT("deep", found->text);
    CHECK(obol_node_at(root, "b.x") == NULL);
    CHECK(obol_node_at(root, "a.c") == NULL);
    CHECK(obol_node_at(root, "") == NULL);
    CHECK(obol_node_at(root, "b.") == NULL);
    CHECK(obol_node_at(NULL, "a") == NULL);
    int64_t integer = 0;
    CHECK(obol_node_int64(obol_node_at(root, "a"), &integer));
    CHECK_INT(-5, integer);
    CHECK(!obol_node_int64(found, &integer));
    CHECK(!obol_node_int64(NULL, &integer));
    obol_arena_free(&arena);
}

static void children_keep_their_order(void)
{
    obol_arena_init(&arena, 100000);
    struct obol_node *list = obol_node_new(&arena, OBOL_NODE_LIST);
    for (int i = 0; i < 100; i++)
        CHECK(obol_node_append(list, obol_node_integer(&arena, i)));
    CHECK_INT(100, list->count);
    int64_t expected = 0;
    for (struct obol_node *child = list->first; child != NULL; child = child->next) {
        int64_t integer = -1;
        CHECK(obol_node_int64(child, &integer));
        CHECK_INT(expected++, integer);
    }
    CHECK_INT(100, expected);
    CHECK(obol_node_get(list, obol_slice_text("")) == NULL);
    obol_arena_free(&arena);
}

static void short_memory_is_refused_step_by_step(void)
{
    obol_arena_init(&arena, sizeof(struct obol_node));
    struct obol_node *map = obol_node_new(&arena, OBOL_NODE_MAP);
    CHECK(map != NULL);
    CHECK(obol_node_new(&arena, OBOL_NODE_TEXT) == NULL);
    CHECK(obol_node_boolean(&arena, true) == NULL);
    CHECK(obol_node_text(&arena, obol_slice_text("x")) == NULL);
    CHECK(obol_node_integer(&arena, 1) == NULL);
    CHECK(!obol_node_set(map, "x", NULL));
    CHECK(!obol_node_append(NULL, map));
    obol_arena_free(&arena);
    /* room for the node but not for its digits */
    obol_arena_init(&arena, sizeof(struct obol_node) + 3);
    CHECK(obol_node_integer(&arena, INT64_MIN) == NULL);
    obol_arena_free(&arena);
}

static void every_kind_has_a_name_of_its_own(void)
{
    for (int kind = OBOL_ERR_NONE + 1; kind < OBOL_ERR_COUNT; kind++) {
        const char *name = obol_kind_name((enum obol_kind)kind);
        if (!CHECK(name != NULL && name[0] != '\0'))
            continue;
        for (int other = OBOL_ERR_NONE + 1; other < kind; other++)
            CHECK(!obol_slice_is(obol_slice_text(name), obol_kind_name((enum obol_kind)other)));
    }
    CHECK(obol_kind_name(OBOL_ERR_NONE) == NULL);
    CHECK(obol_kind_name(OBOL_ERR_COUNT) == NULL);
    CHECK_TEXT("invalid", obol_slice_text(obol_kind_name(OBOL_ERR_INVALID)));
    CHECK_TEXT("internal", obol_slice_text(obol_kind_name(OBOL_ERR_INTERNAL)));
}

static void a_long_error_is_cut_and_ended(void)
{
    char path[400];
    memset(path, 'p', sizeof path);
    path[sizeof path - 1] = '\0';
    struct obol_err err;
    CHECK(!obol_fail(&err, OBOL_ERR_TIMEOUT, path, "%s%s", path, path));
    CHECK_INT(OBOL_ERR_TIMEOUT, err.kind);
    CHECK_INT(OBOL_ERR_FIELD_MAX - 1, (int64_t)strlen(err.field));
    CHECK_INT(OBOL_ERR_MESSAGE_MAX - 1, (int64_t)strlen(err.message));
    CHECK(!obol_fail(&err, OBOL_ERR_INVALID, NULL, "expected a number"));
    CHECK_TEXT("", obol_slice_text(err.field));
    CHECK(!obol_fail(NULL, OBOL_ERR_INVALID, "x", "expected a number"));
}

static void a_reader_stops_at_its_end(void)
{
    struct obol_reader reader = obol_reader(obol_slice("a\0;rest", 7));
    CHECK_INT('a', obol_reader_peek(&reader));
    CHECK(!obol_reader_skip(&reader, 'b'));
    CHECK(obol_reader_skip(&reader, 'a'));
    CHECK_INT(0, obol_reader_take(&reader));
    CHECK_TEXT("", obol_reader_until(&reader, ';'));
    CHECK_TEXT("rest", obol_reader_until(&reader, ';'));
    CHECK(obol_reader_done(&reader));
    CHECK_INT(-1, obol_reader_peek(&reader));
    CHECK_INT(-1, obol_reader_take(&reader));
    CHECK(!obol_reader_skip(&reader, '\0'));
    CHECK_TEXT("", obol_reader_until(&reader, ';'));
    struct obol_reader high = obol_reader(obol_slice("\xFF", 1));
    CHECK_INT(255, obol_reader_take(&high));
    high.at = 0;
    CHECK(obol_reader_skip(&high, '\xFF'));
}

/* Every length around a word, and names that differ in one byte, wherever it stands. */
static void slices_are_compared_whole(void)
{
    char left[40], right[40];
    for (size_t size = 0; size < sizeof left; size++) {
        memset(left, 'x', size);
        memset(right, 'x', size);
        CHECK(obol_slice_equal(obol_slice(left, size), obol_slice(right, size)));
        for (size_t at = 0; at < size; at++) {
            right[at] = 'y';
            CHECK(!obol_slice_equal(obol_slice(left, size), obol_slice(right, size)));
            right[at] = 'x';
        }
        if (size != 0)
            CHECK(!obol_slice_equal(obol_slice(left, size), obol_slice(right, size - 1)));
    }
}

static void slices_are_ordered_by_bytes(void)
{
    struct obol_slice a = obol_slice_text("a"), ab = obol_slice_text("ab");
    struct obol_slice high = obol_slice_text("\x80"), none = obol_slice(NULL, 0);
    CHECK(obol_slice_compare(a, ab) < 0 && obol_slice_compare(ab, a) > 0);
    CHECK(obol_slice_compare(a, a) == 0 && obol_slice_compare(none, none) == 0);
    CHECK(obol_slice_compare(a, high) < 0);
    CHECK(obol_slice_compare(none, a) < 0);
    CHECK(obol_slice_equal(none, obol_slice_text("")));
    CHECK(!obol_slice_equal(a, ab));
    CHECK(!obol_slice_equal(obol_slice("a\0b", 3), obol_slice("a\0c", 3)));
    CHECK(obol_slice_starts(ab, "a") && obol_slice_starts(none, "") && !obol_slice_starts(a, "ab"));
    CHECK(obol_slice_is(obol_slice_text(NULL), ""));
}

int main(void)
{
    return check_run((const struct check_case[]){
        {"members are found by name and by path", members_are_found_by_name_and_by_path},
        {"children keep their order", children_keep_their_order},
        {"short memory is refused step by step", short_memory_is_refused_step_by_step},
        {"every kind has a name of its own", every_kind_has_a_name_of_its_own},
        {"a long error is cut and ended", a_long_error_is_cut_and_ended},
        {"a reader stops at its end", a_reader_stops_at_its_end},
        {"slices are compared whole", slices_are_compared_whole},
        {"slices are ordered by bytes", slices_are_ordered_by_bytes},
        {0},
    });
}
