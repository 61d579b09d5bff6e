#pragma once

/*
 * C tests, where Lua cannot reach. A program gives its cases to check_run: each case runs to its
 * end, every CHECK that does not hold is printed with its place, and the counts go to the file that
 * OBOL_COUNTS names.
 */

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct check_case {
    const char *name; /* ends the list when null */
    void (*run)(void);
};

static struct {
    const char *name;
    bool failed;
    const char *skipped; /* why, else null */
} check_now;

#define CHECK(condition) check_that((condition), __FILE__, __LINE__, #condition)
#define CHECK_INT(expected, got) check_int((expected), (got), __FILE__, __LINE__, #got)
#define CHECK_TEXT(expected, got)                                                                  \
    check_text(obol_slice_text(expected), (got), __FILE__, __LINE__, #got)
/* The case ends here, and is shown as skipped. */
#define CHECK_SKIP(why)                                                                            \
    do {                                                                                           \
        check_now.skipped = (why);                                                                 \
        return;                                                                                    \
    } while (0)

static inline bool check_that(bool holds, const char *file, int line, const char *what)
{
    if (!holds) {
        printf("FAILED  %s:%d %s: %s\n", file, line, check_now.name, what);
        check_now.failed = true;
    }
    return holds;
}

static inline void check_int(int64_t expected, int64_t got, const char *file, int line,
                             const char *what)
{
    if (!check_that(expected == got, file, line, what))
        printf("    expected %lld, got %lld\n", (long long)expected, (long long)got);
}

static inline void check_text(struct obol_slice expected, struct obol_slice got, const char *file,
                              int line, const char *what)
{
    bool same = expected.size == got.size &&
                (got.size == 0 || memcmp(expected.data, got.data, got.size) == 0);
    if (!check_that(same, file, line, what))
        printf("    expected \"%.*s\", got \"%.*s\"\n", (int)expected.size, expected.data,
               (int)got.size, got.size != 0 ? got.data : "");
}

/* What main returns. */
static inline int check_run(const struct check_case *cases)
{
    int passed = 0, failed = 0, skipped = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (; cases->name != NULL; cases++) {
        check_now.name = cases->name;
        check_now.failed = false;
        check_now.skipped = NULL;
        cases->run();
        if (check_now.failed)
            failed++;
        else if (check_now.skipped != NULL)
            skipped++;
        else
            passed++;
        if (check_now.skipped != NULL)
            printf("SKIPPED %s: %s\n", cases->name, check_now.skipped);
    }
    const char *path = getenv("OBOL_COUNTS");
    FILE *counts = path != NULL ? fopen(path, "a") : NULL;
    if (counts != NULL) {
        fprintf(counts, "%d %d %d\n", passed, failed, skipped);
        fclose(counts);
    }
    return failed != 0;
}
