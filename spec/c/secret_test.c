#include "check.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/secret.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
/* There every block is its own and freed memory may not be looked at. */
#define NEEDS_POOL CHECK_SKIP("a sanitizer replaces the pool")
#else
#define NEEDS_POOL
#endif

/* Whether the mapping that holds `address` has the flag in its VmFlags line of smaps. */
static bool mapping_has_flag(const void *address, const char *flag)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512];
    bool inside = false, found = false;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        char *end = NULL;
        unsigned long long from = strtoull(line, &end, 16);
        if (end != line && *end == '-') {
            unsigned long long to = strtoull(end + 1, &end, 16);
            if (*end == ' ')
                inside = (uintptr_t)address >= from && (uintptr_t)address < to;
        }
        if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line + 8, flag) != NULL;
    }
    if (maps != NULL)
        fclose(maps);
    return found;
}

static void the_flag_is_found_only_where_it_is(void)
{
    int ordinary = 0;
    CHECK(mapping_has_flag(&ordinary, " rd "));
    CHECK(!mapping_has_flag(&ordinary, " dd "));
}

static const size_t sizes[] = {1, 63, 64, 65, 4096, 65536, 65537, 1000000};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void memory_is_kept_out_of_core_dumps(void)
{
    NEEDS_POOL;
    for (size_t i = 0; i < SIZES; i++) {
        void *memory = obol_secret_alloc(sizes[i]);
        if (CHECK(memory != NULL))
            CHECK(mapping_has_flag(memory, " dd "));
        obol_secret_free(memory, sizes[i]);
    }
}

static void buffers_and_arenas_stand_on_it(void)
{
    NEEDS_POOL;
    struct obol_arena arena;
    obol_arena_init(&arena, 100);
    CHECK(mapping_has_flag(obol_arena_alloc(&arena, 1), " dd "));
    obol_arena_free(&arena);
    struct obol_buf buf;
    obol_buf_init(&buf, 100);
    obol_buf_add_text(&buf, "x");
    CHECK(mapping_has_flag(buf.data, " dd "));
    obol_buf_free(&buf);
}

/* The head of a free block holds a link of the pool's, so the look goes past it. */
static bool wiped(const volatile unsigned char *memory, size_t size)
{
    for (size_t i = sizeof(void *); i < size; i++)
        if (memory[i] != 0)
            return false;
    return true;
}

static void blocks_are_wiped_when_freed(void)
{
    NEEDS_POOL;
    for (size_t size = 64; size <= 65536; size *= 2) {
        unsigned char *memory = obol_secret_alloc(size);
        if (!CHECK(memory != NULL))
            return;
        memset(memory, 0x41, size);
        obol_secret_free(memory, size);
        CHECK(wiped(memory, size));
    }
}

static void a_buffer_that_moves_or_fails_leaves_nothing_behind(void)
{
    NEEDS_POOL;
    struct obol_buf buf;
    obol_buf_init(&buf, 2400);
    obol_buf_add_text(&buf, "4111111111111111 4111111111111111");
    const char *first = buf.data;
    CHECK(obol_buf_grow(&buf, 1600) != NULL);
    const char *second = buf.data;
    CHECK(first != second);
    CHECK(wiped((const volatile unsigned char *)first, 1024));
    CHECK(obol_buf_grow(&buf, 1600) == NULL);
    CHECK(wiped((const volatile unsigned char *)second, 2048));
}

static void an_arena_leaves_nothing_behind(void)
{
    NEEDS_POOL;
    struct obol_arena arena;
    obol_arena_init(&arena, 1000);
    unsigned char *piece = obol_arena_alloc(&arena, 500);
    if (!CHECK(piece != NULL))
        return;
    memset(piece, 0x42, 500);
    obol_arena_free(&arena);
    for (size_t i = 0; i < 500; i++)
        CHECK(((const volatile unsigned char *)piece)[i] == 0);
}

static void nothing_is_wiped_and_freed_quietly(void)
{
    obol_secret_free(NULL, 10);
    obol_wipe(NULL, 0);
    void *none = obol_secret_alloc(0);
    CHECK(none != NULL);
    obol_secret_free(none, 0);
}

static void impossible_sizes_are_refused(void)
{
    NEEDS_POOL;
    CHECK(obol_secret_alloc(SIZE_MAX) == NULL);
    CHECK(obol_secret_alloc(SIZE_MAX / 2) == NULL);
}

static atomic_bool stop;
static atomic_int spoiled;

static void *churn(void *seed)
{
    unsigned char mark = (unsigned char)(uintptr_t)seed;
    for (size_t round = 0; !atomic_load(&stop); round++) {
        size_t size = 1 + round * 7 % 3000;
        unsigned char *memory = obol_secret_alloc(size);
        if (memory == NULL) {
            atomic_fetch_add(&spoiled, 1);
            break;
        }
        memset(memory, mark, size);
        if (memory[0] != mark || memory[size - 1] != mark)
            atomic_fetch_add(&spoiled, 1);
        obol_secret_free(memory, size);
    }
    return NULL;
}

/* In the child of a fork: blocks of every size can still be had. */
static void use_and_leave(void)
{
    alarm(10);
    for (size_t i = 0; i < SIZES; i++) {
        void *memory = obol_secret_alloc(sizes[i]);
        if (memory == NULL)
            _exit(1);
        obol_secret_free(memory, sizes[i]);
    }
    _exit(0);
}

static void a_fork_while_threads_allocate_leaves_a_child_that_can(void)
{
    NEEDS_POOL; /* the sanitizer's own allocator may be locked for good in such a child */
    pthread_t threads[2];
    atomic_store(&stop, false);
    for (size_t i = 0; i < 2; i++)
        CHECK_INT(0, pthread_create(&threads[i], NULL, churn, (void *)(uintptr_t)(i + 1)));
    int well = 0;
    for (int i = 0; i < 100; i++) {
        pid_t child = fork();
        if (child == 0)
            use_and_leave();
        int status = -1;
        if (child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
            WEXITSTATUS(status) == 0)
            well++;
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(100, well);
    CHECK_INT(0, atomic_load(&spoiled));
}

enum { BLOCKS = 8, LOOKS = 64, PASSED = 5000, DIFFERENT_MAX = 200, BLOCK = 4096 };

/* Takes blocks, notes them in the array of them, and gives them back. */
static void *take_and_give(void *blocks)
{
    void **taken = blocks;
    for (int i = 0; i < BLOCKS; i++)
        taken[i] = obol_secret_alloc(BLOCK);
    for (int i = 0; i < BLOCKS; i++)
        obol_secret_free(taken[i], BLOCK);
    return NULL;
}

static int count_of(void *const *taken, const void *memory)
{
    int count = 0;
    for (int i = 0; i < BLOCKS; i++)
        count += taken[i] == memory;
    return count;
}

static void what_a_thread_kept_comes_back_when_it_ends(void)
{
    NEEDS_POOL;
    pthread_t thread;
    void *taken[BLOCKS] = {NULL}, *mine[LOOKS];
    CHECK_INT(0, pthread_create(&thread, NULL, take_and_give, taken));
    pthread_join(thread, NULL);
    int found = 0;
    for (int i = 0; i < LOOKS; i++) {
        mine[i] = obol_secret_alloc(BLOCK);
        found += count_of(taken, mine[i]);
    }
    CHECK_INT(BLOCKS, found);
    for (int i = 0; i < LOOKS; i++)
        obol_secret_free(mine[i], BLOCK);
}

static void *_Atomic passed;

static void *give_what_is_passed(void *unused)
{
    for (int i = 0; i < PASSED; i++) {
        void *memory = NULL;
        while ((memory = atomic_exchange(&passed, NULL)) == NULL)
            sched_yield();
        obol_secret_free(memory, BLOCK);
    }
    return unused;
}

static int by_address(const void *left, const void *right)
{
    const uintptr_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Blocks that are taken by one thread and given back by another go round, however many they are. */
static void blocks_go_round_between_threads(void)
{
    NEEDS_POOL;
    pthread_t thread;
    static uintptr_t seen[PASSED];
    CHECK_INT(0, pthread_create(&thread, NULL, give_what_is_passed, NULL));
    for (int i = 0; i < PASSED; i++) {
        unsigned char *memory = obol_secret_alloc(BLOCK);
        if (!CHECK(memory != NULL))
            abort();
        memset(memory, 0x43, BLOCK);
        seen[i] = (uintptr_t)memory;
        while (atomic_load(&passed) != NULL)
            sched_yield();
        atomic_store(&passed, memory);
    }
    pthread_join(thread, NULL);
    qsort(seen, PASSED, sizeof seen[0], by_address);
    int different = 1;
    for (int i = 1; i < PASSED; i++)
        different += seen[i] != seen[i - 1];
    CHECK(different < DIFFERENT_MAX);
}

int main(void)
{
    return check_run((const struct check_case[]){
        {"the flag is found only where it is", the_flag_is_found_only_where_it_is},
        {"memory is kept out of core dumps", memory_is_kept_out_of_core_dumps},
        {"buffers and arenas stand on it", buffers_and_arenas_stand_on_it},
        {"blocks are wiped when freed", blocks_are_wiped_when_freed},
        {"a buffer leaves nothing behind", a_buffer_that_moves_or_fails_leaves_nothing_behind},
        {"an arena leaves nothing behind", an_arena_leaves_nothing_behind},
        {"nothing is wiped and freed quietly", nothing_is_wiped_and_freed_quietly},
        {"impossible sizes are refused", impossible_sizes_are_refused},
        {"a fork leaves a child that can", a_fork_while_threads_allocate_leaves_a_child_that_can},
        {"what a thread kept comes back", what_a_thread_kept_comes_back_when_it_ends},
        {"blocks go round between threads", blocks_go_round_between_threads},
        {0},
    });
}
