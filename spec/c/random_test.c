#include "check.h"

#include "base/random.h"

#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 16, MANY = 2000, THREADS = 4 };

static unsigned char got[THREADS][MANY][SIZE];

static int compare(const void *left, const void *right)
{
    return memcmp(left, right, SIZE);
}

static void *take_many(void *place)
{
    unsigned char(*mine)[SIZE] = place;
    bool fine = true;
    for (size_t i = 0; i < MANY; i++)
        fine = obol_random(mine[i], SIZE) && fine;
    return fine ? place : NULL;
}

static void threads_get_bytes_of_their_own(void)
{
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        CHECK_INT(0, pthread_create(&threads[i], NULL, take_many, got[i]));
    for (size_t i = 0; i < THREADS; i++) {
        void *fine = NULL;
        pthread_join(threads[i], &fine);
        CHECK(fine != NULL);
    }
    qsort(got, (size_t)THREADS * MANY, SIZE, compare);
    unsigned char(*all)[SIZE] = (void *)got;
    size_t same = 0;
    for (size_t i = 1; i < (size_t)THREADS * MANY; i++)
        same += memcmp(all[i - 1], all[i], SIZE) == 0;
    CHECK_INT(0, (int64_t)same);
}

/* 16 bytes of which each bit is as often set as not: 64,000 times 128 tosses are within 1 % of
 * half. */
static void bits_are_as_often_set_as_not(void)
{
    int64_t set = 0;
    unsigned char bytes[SIZE];
    for (size_t i = 0; i < 64000; i++) {
        CHECK(obol_random(bytes, sizeof bytes));
        for (size_t j = 0; j < SIZE; j++)
            set += __builtin_popcount(bytes[j]);
    }
    CHECK(set > 4055040 && set < 4136960);
}

static void any_size_is_filled(void)
{
    static unsigned char bytes[5000];
    for (size_t size = 0; size < sizeof bytes; size += size < 300 ? 1 : 97) {
        memset(bytes, 0, sizeof bytes);
        CHECK(obol_random(bytes, size));
        size_t zeros = 0;
        for (size_t i = 0; i < size; i++)
            zeros += bytes[i] == 0;
        CHECK(zeros <= 16 + size / 64);
        CHECK(bytes[size] == 0);
    }
}

/* What the parent has left over is not the child's. */
static void a_fork_does_not_share_them(void)
{
    unsigned char before[SIZE], ours[SIZE], theirs[SIZE];
    int ends[2];
    CHECK(obol_random(before, sizeof before));
    CHECK_INT(0, pipe(ends));
    pid_t child = fork();
    if (child == 0) {
        bool fine = obol_random(theirs, sizeof theirs);
        _exit(fine && write(ends[1], theirs, sizeof theirs) == SIZE ? 0 : 1);
    }
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    CHECK(obol_random(ours, sizeof ours));
    CHECK_INT(SIZE, read(ends[0], theirs, sizeof theirs));
    CHECK(memcmp(ours, theirs, SIZE) != 0);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    return check_run((const struct check_case[]){
        {"threads get bytes of their own", threads_get_bytes_of_their_own},
        {"bits are as often set as not", bits_are_as_often_set_as_not},
        {"any size is filled", any_size_is_filled},
        {"a fork does not share them", a_fork_does_not_share_them},
        {0},
    });
}
