#include "check.h"

#include "base/clock.h"
#include "store/store.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The store across fork, threads and signals. */

static char folder[64];

static struct obol_store *open_store(const char *name, struct obol_store_options options)
{
    char url[128];
    struct obol_err err = {0};
    snprintf(url, sizeof url, "sqlite:%s%s", name[0] == ':' ? "" : folder, name);
    return obol_store_open(obol_slice_text(url), &options, &err);
}

/* A unit of one statement with at most one integer. */
static uint64_t submit(struct obol_store *store, struct obol_completion_owner *owner,
                       const char *sql, int64_t number)
{
    struct obol_err err = {0};
    struct obol_store_unit *unit = obol_store_unit_new(1024 * 1024);
    size_t count = strstr(sql, "$1") != NULL;
    struct obol_store_statement *statement =
        obol_store_unit_add(unit, obol_slice_text(sql), count, &err);
    struct obol_store_value value = {.type = OBOL_STORE_INTEGER, .integer = number};
    if (statement == NULL || (count != 0 && !obol_store_unit_set(unit, statement, 0, value, &err)))
        return 0;
    uint64_t id = obol_store_submit(store, owner, unit, true, &err);
    if (id == 0)
        obol_store_unit_free(unit);
    return id;
}

/* Waits and takes; the first value, -1 where it failed, -2 where there is no row. */
static int64_t answer(struct obol_completion_owner *owner, uint64_t id)
{
    void *taken = NULL;
    if (!obol_completion_wait(owner, id, 20000) ||
        obol_completion_take(owner, id, &taken, NULL) != OBOL_COMPLETION_DONE || taken == NULL)
        return -1;
    struct obol_store_unit *unit = taken;
    int64_t value = -2;
    if (unit->failed)
        value = -1;
    else if (unit->first->result.first != NULL)
        value = unit->first->result.first->values[0].integer;
    obol_store_unit_free(unit);
    return value;
}

static int64_t ask(struct obol_store *store, struct obol_completion_owner *owner, const char *sql,
                   int64_t number)
{
    return answer(owner, submit(store, owner, sql, number));
}

static int exit_code(pid_t pid)
{
    int status = 0;
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The child's own work goes to the file that the parent has open too. */
static int in_child(struct obol_store *store, struct obol_completion_owner *owner,
                    const uint64_t *of_parent, int count)
{
    for (int i = 0; i < count; i++) {
        void *taken = NULL;
        if (obol_completion_take(owner, of_parent[i], &taken, NULL) == OBOL_COMPLETION_PENDING)
            return 1;
        obol_store_unit_free(taken);
    }
    for (int i = 0; i < 50; i++)
        if (ask(store, owner, "insert into t (word) values ($1)", i) == -1)
            return 2;
    obol_store_close(store, true);
    return 0;
}

static void test_fork(void)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    struct obol_store *store = open_store("/fork.db", obol_store_defaults());
    CHECK_INT(-2, ask(store, owner, "create table t (id integer primary key, word integer)", 0));
    for (int round = 0; round < 10; round++) {
        uint64_t ids[50];
        for (int i = 0; i < 50; i++)
            ids[i] = submit(store, owner, "insert into t (word) values ($1)", i);
        fflush(stdout);
        pid_t child = fork();
        if (child == 0)
            _exit(in_child(store, owner, ids, 50));
        for (int i = 0; i < 50; i++)
            CHECK(answer(owner, ids[i]) != -1);
        CHECK_INT(0, exit_code(child));
        CHECK_INT(100 * (round + 1), ask(store, owner, "select count(*) from t", 0));
    }
    obol_store_close(store, true);
    obol_completion_owner_close(owner);
}

static void test_fork_in_memory(void)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    struct obol_store *store = open_store(":memory:", obol_store_defaults());
    CHECK_INT(-2, ask(store, owner, "create table t (id integer)", 0));
    CHECK_INT(-2, ask(store, owner, "insert into t values ($1)", 1));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        bool fine = ask(store, owner, "insert into t values ($1)", 2) == -2 &&
                    ask(store, owner, "select count(*) from t", 0) == 2;
        _exit(fine ? 0 : 1);
    }
    CHECK_INT(0, exit_code(child));
    CHECK_INT(1, ask(store, owner, "select count(*) from t", 0));
    obol_store_close(store, true);
    obol_completion_owner_close(owner);
}

/* A fork does not wait until somebody else lets go of the file. */
static void test_fork_while_busy(void)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    struct obol_store_options patient = obol_store_defaults();
    patient.busy_ms = 60000;
    struct obol_store *holder = open_store("/busy.db", patient);
    struct obol_store *waiter = open_store("/busy.db", patient);
    CHECK_INT(-2, ask(holder, owner, "create table t (id integer)", 0));
    uint64_t held = submit(holder, owner,
                           "insert into t with recursive n(i) as (select 1 union all select i + 1 "
                           "from n where i < $1) select max(i) from n",
                           3000000);
    usleep(50000);
    uint64_t waits = submit(waiter, owner, "insert into t values ($1)", 1);
    usleep(50000);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    CHECK_INT(0, exit_code(child));
    CHECK_INT(-2, answer(owner, held));
    CHECK_INT(-2, answer(owner, waits));
    obol_store_close(holder, true);
    obol_store_close(waiter, true);
    obol_completion_owner_close(owner);
}

static struct obol_store *shared;
static atomic_int failures;

static void *work_shared(void *unused)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    for (int i = 0; i < 200; i++)
        if (ask(shared, owner, "update t set id = id + $1", 1) != -2)
            atomic_fetch_add(&failures, 1);
    obol_completion_owner_close(owner);
    return unused;
}

static void test_threads(void)
{
    pthread_t threads[8];
    struct obol_completion_owner *owner = obol_completion_owner_new();
    shared = open_store("/threads.db", obol_store_defaults());
    CHECK_INT(-2, ask(shared, owner, "create table t (id integer)", 0));
    CHECK_INT(-2, ask(shared, owner, "insert into t values ($1)", 0));
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, work_shared, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(0, failures);
    CHECK_INT(1600, ask(shared, owner, "select id from t", 0));
    CHECK(obol_store_stats(shared).groups < 1602);
    obol_store_close(shared, true);
    obol_completion_owner_close(owner);
}

static void *open_and_close(void *unused)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    for (int i = 0; i < 50; i++) {
        struct obol_store *store = open_store(":memory:", obol_store_defaults());
        uint64_t id = submit(store, owner, "select 7", 0);
        obol_store_close(store, i % 2 == 0);
        if (answer(owner, id) != 7)
            atomic_fetch_add(&failures, 1);
    }
    obol_completion_owner_close(owner);
    return unused;
}

static void test_close(void)
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, open_and_close, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(0, failures);
    obol_store_close(NULL, true);
}

/* Results that nobody can take any more are given back. */
static void test_gone_owner(void)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    struct obol_store *store = open_store(":memory:", obol_store_defaults());
    for (int i = 0; i < 100; i++)
        CHECK(submit(store, owner, "select $1", i) != 0);
    obol_completion_owner_close(owner);
    owner = obol_completion_owner_new();
    CHECK_INT(5, ask(store, owner, "select $1", 5));
    CHECK_INT(0, (int64_t)obol_store_stats(store).pending);
    obol_store_close(store, true);
    obol_completion_owner_close(owner);
}

static atomic_int handled_by_us;

static void on_signal(int number)
{
    (void)number;
    atomic_store(&handled_by_us, 1);
}

/* A signal comes to the host's thread, never to ours. */
static void test_signals(void)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    struct obol_store *store = open_store(":memory:", obol_store_defaults());
    CHECK_INT(1, ask(store, owner, "select $1", 1));
    sigset_t term, before;
    signal(SIGTERM, on_signal);
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, &before);
    kill(getpid(), SIGTERM);
    CHECK_INT(1, ask(store, owner, "select $1", 1));
    CHECK_INT(0, handled_by_us);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    CHECK_INT(1, handled_by_us);
    signal(SIGTERM, SIG_DFL);
    obol_store_close(store, true);
    obol_completion_owner_close(owner);
}

int main(void)
{
    static const struct check_case cases[] = {
        {"a fork leaves each process its own connection", test_fork},
        {"a database in memory is copied by a fork", test_fork_in_memory},
        {"a fork waits for nobody else", test_fork_while_busy},
        {"many threads share a store", test_threads},
        {"stores are opened and closed by many threads", test_close},
        {"results of an owner that is gone are given back", test_gone_owner},
        {"signals stay with the host", test_signals},
        {0},
    };
    snprintf(folder, sizeof folder, "/tmp/obol-store-test.XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    int code = check_run(cases);
    static const char *const names[] = {"/fork.db", "/busy.db", "/threads.db"};
    for (int i = 0; i < 3; i++) {
        char path[96];
        snprintf(path, sizeof path, "%s%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    return code;
}
