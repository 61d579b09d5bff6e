#include "check.h"

#include "base/arena.h"

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

static struct obol_arena arena;

static void pieces_are_zeroed_and_aligned_for_any_type(void)
{
    obol_arena_init(&arena, 100000);
    for (size_t size = 1; size < 200; size++) {
        unsigned char *piece = obol_arena_alloc(&arena, size);
        if (!CHECK(piece != NULL))
            break;
        CHECK_INT(0, (int64_t)((uintptr_t)piece % alignof(max_align_t)));
        for (size_t i = 0; i < size; i++)
            CHECK(piece[i] == 0);
        memset(piece, 0xA5, size);
    }
    obol_arena_free(&arena);
}

static void pieces_do_not_overlap(void)
{
    enum { PIECES = 300 };
    unsigned char *pieces[PIECES];
    obol_arena_init(&arena, 1000000);
    for (size_t i = 0; i < PIECES; i++) {
        pieces[i] = obol_arena_alloc(&arena, i + 1);
        if (!CHECK(pieces[i] != NULL))
            return;
        memset(pieces[i], (int)(i % 251), i + 1);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t at = 0; at <= i; at++)
            CHECK(pieces[i][at] == i % 251);
    obol_arena_free(&arena);
}

static void a_piece_larger_than_a_chunk_is_given(void)
{
    obol_arena_init(&arena, 1000000);
    unsigned char *piece = obol_arena_alloc(&arena, 300000);
    if (CHECK(piece != NULL))
        memset(piece, 1, 300000);
    CHECK(obol_arena_alloc(&arena, 10) != NULL);
    obol_arena_free(&arena);
}

static void the_ceiling_is_reached_exactly_and_never_passed(void)
{
    obol_arena_init(&arena, 1000);
    CHECK(obol_arena_alloc(&arena, 999) != NULL);
    CHECK(obol_arena_alloc(&arena, 2) == NULL);
    CHECK(obol_arena_alloc(&arena, 1) != NULL);
    CHECK(obol_arena_alloc(&arena, 1) == NULL);
    obol_arena_free(&arena);
}

static void sizes_that_would_wrap_are_refused(void)
{
    obol_arena_init(&arena, 1000);
    CHECK(obol_arena_alloc(&arena, SIZE_MAX) == NULL);
    CHECK(obol_arena_alloc(&arena, SIZE_MAX - 7) == NULL);
    CHECK(obol_arena_copy(&arena, obol_slice("x", SIZE_MAX - 1)).data == NULL);
    CHECK(obol_arena_alloc(&arena, 16) != NULL);
    obol_arena_free(&arena);
}

static void one_that_was_freed_starts_anew(void)
{
    obol_arena_init(&arena, 100);
    CHECK(obol_arena_alloc(&arena, 100) != NULL);
    obol_arena_free(&arena);
    CHECK(obol_arena_alloc(&arena, 100) != NULL);
    obol_arena_free(&arena);
    obol_arena_free(&arena);
}

static void a_copy_keeps_nul_bytes_and_ends_in_one(void)
{
    obol_arena_init(&arena, 1000);
    struct obol_slice copy = obol_arena_copy(&arena, obol_slice("a\0b", 3));
    CHECK_INT(3, (int64_t)copy.size);
    if (CHECK(copy.data != NULL))
        CHECK(memcmp(copy.data, "a\0b", 4) == 0);
    struct obol_slice empty = obol_arena_copy(&arena, obol_slice(NULL, 0));
    CHECK(empty.data != NULL && empty.data[0] == '\0' && empty.size == 0);
    obol_arena_free(&arena);
}

static void a_text_is_formatted_whole_or_not_at_all(void)
{
    obol_arena_init(&arena, 20);
    CHECK_TEXT("account 7", obol_arena_format(&arena, "%s %d", "account", 7));
    CHECK(obol_arena_format(&arena, "%s", "too long for what is left").data == NULL);
    obol_arena_free(&arena);
}

/* What was handed out is gone, and the next call finds zeros, whether a chunk was kept or not. */
static void one_that_was_cleared_starts_anew_and_wiped(void)
{
    obol_arena_init(&arena, 100000);
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 20000; size *= 3) {
            unsigned char *piece = obol_arena_alloc(&arena, size);
            CHECK(piece != NULL);
            for (size_t i = 0; i < size; i++)
                CHECK(piece[i] == 0);
            memset(piece, 0x5A, size);
        }
        obol_arena_clear(&arena);
        CHECK(arena.used == 0);
    }
    obol_arena_free(&arena);
    CHECK(arena.newest == NULL);
    /* the only piece is larger than a chunk */
    CHECK(obol_arena_alloc(&arena, 30000) != NULL);
    obol_arena_clear(&arena);
    CHECK(arena.newest == NULL && arena.used == 0 && arena.left == 0);
    obol_arena_clear(&arena);
}

int main(void)
{
    return check_run((const struct check_case[]){
        {"pieces are zeroed and aligned for any type", pieces_are_zeroed_and_aligned_for_any_type},
        {"pieces do not overlap", pieces_do_not_overlap},
        {"a piece larger than a chunk is given", a_piece_larger_than_a_chunk_is_given},
        {"the ceiling is reached exactly", the_ceiling_is_reached_exactly_and_never_passed},
        {"sizes that would wrap are refused", sizes_that_would_wrap_are_refused},
        {"one that was freed starts anew", one_that_was_freed_starts_anew},
        {"a copy keeps NUL bytes", a_copy_keeps_nul_bytes_and_ends_in_one},
        {"a text is formatted whole or not at all", a_text_is_formatted_whole_or_not_at_all},
        {"one that was cleared starts anew, and wiped", one_that_was_cleared_starts_anew_and_wiped},
        {0},
    });
}
