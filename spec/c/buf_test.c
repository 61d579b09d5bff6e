#include "check.h"

#include "base/buf.h"

static struct obol_buf buf;

static void it_grows_and_keeps_what_it_holds(void)
{
    obol_buf_init(&buf, 100000);
    for (int i = 0; i < 5000; i++)
        obol_buf_add_format(&buf, "%d,", i % 10);
    CHECK(!buf.failed);
    CHECK_INT(10000, (int64_t)buf.size);
    for (size_t i = 0; i < 5000 && !check_now.failed; i++)
        CHECK(buf.data[2 * i] == (char)('0' + i % 10) && buf.data[2 * i + 1] == ',');
    obol_buf_free(&buf);
}

static void the_ceiling_is_reached_exactly(void)
{
    obol_buf_init(&buf, 5);
    obol_buf_add_text(&buf, "abcde");
    CHECK(!buf.failed);
    CHECK_TEXT("abcde", obol_buf_slice(&buf));
    obol_buf_free(&buf);
}

/* Every way of adding, past a ceiling: the memory is gone at once, and nothing more is taken. */
static void past_the_ceiling_it_is_freed_and_marked(void)
{
    for (int way = 0; way < 4; way++) {
        obol_buf_init(&buf, 5);
        obol_buf_add_text(&buf, "abcd");
        if (way == 0)
            obol_buf_add(&buf, obol_slice("xy", 2));
        else if (way == 1)
            obol_buf_add_text(&buf, "xy");
        else if (way == 2)
            obol_buf_add_format(&buf, "%s", "xy");
        else
            CHECK(obol_buf_grow(&buf, 2) == NULL);
        CHECK(buf.failed);
        CHECK(buf.data == NULL);
        CHECK_INT(0, (int64_t)buf.size);
        CHECK_INT(0, (int64_t)buf.capacity);
        obol_buf_add_byte(&buf, 'z');
        CHECK(buf.failed && buf.data == NULL);
        obol_buf_free(&buf);
    }
}

static void a_size_that_would_wrap_is_refused(void)
{
    obol_buf_init(&buf, 100);
    obol_buf_add_text(&buf, "abc");
    CHECK(obol_buf_grow(&buf, SIZE_MAX) == NULL);
    CHECK(buf.failed);
    obol_buf_free(&buf);
}

static void nul_bytes_are_bytes(void)
{
    obol_buf_init(&buf, 100);
    obol_buf_add(&buf, obol_slice("a\0b", 3));
    obol_buf_add_byte(&buf, '\0');
    CHECK_INT(4, (int64_t)buf.size);
    if (CHECK(buf.data != NULL))
        CHECK(memcmp(buf.data, "a\0b", 4) == 0);
    obol_buf_free(&buf);
}

static void adding_nothing_changes_nothing(void)
{
    obol_buf_init(&buf, 0);
    obol_buf_add(&buf, obol_slice(NULL, 0));
    obol_buf_add_text(&buf, "");
    CHECK(!buf.failed);
    CHECK_INT(0, (int64_t)buf.size);
    obol_buf_free(&buf);
}

static void a_cleared_one_keeps_its_memory_but_not_the_bytes(void)
{
    obol_buf_init(&buf, 100);
    obol_buf_add_text(&buf, "4111111111111111");
    char *before = buf.data;
    obol_buf_clear(&buf);
    CHECK(buf.data == before);
    CHECK_INT(0, (int64_t)buf.size);
    for (size_t i = 0; i < 16; i++)
        CHECK(before[i] == 0);
    obol_buf_add_text(&buf, "again");
    CHECK_TEXT("again", obol_buf_slice(&buf));
    obol_buf_free(&buf);
}

int main(void)
{
    return check_run((const struct check_case[]){
        {"it grows and keeps what it holds", it_grows_and_keeps_what_it_holds},
        {"the ceiling is reached exactly", the_ceiling_is_reached_exactly},
        {"past the ceiling it is freed and marked", past_the_ceiling_it_is_freed_and_marked},
        {"a size that would wrap is refused", a_size_that_would_wrap_is_refused},
        {"NUL bytes are bytes", nul_bytes_are_bytes},
        {"adding nothing changes nothing", adding_nothing_changes_nothing},
        {"a cleared one keeps its memory", a_cleared_one_keeps_its_memory_but_not_the_bytes},
        {0},
    });
}
