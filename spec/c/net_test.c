#include "check.h"

#include "base/clock.h"
#include "completion/announcer.h"
#include "net/net.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The transport across fork, threads and signals, against a server in a process of its own. */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

/* The end of a forked child. What only the parent's threads knew of is lost there, which a leak
 * checker would report at exit. */
#ifdef SANITIZED
#define LEAVE(code) _exit(code)
#else
#define LEAVE(code) exit(code)
#endif

static struct {
    pid_t pid;
    int port;
} server;

/* Answers every request of one connection, those for /slow after 200 ms. */
static void serve(int fd)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine";
    char bytes[4096];
    ssize_t got = 0;
    while ((got = read(fd, bytes, sizeof bytes - 1)) > 0) {
        bytes[got] = '\0';
        if (strstr(bytes, "/slow") != NULL)
            usleep(200000);
        if (write(fd, answer, sizeof answer - 1) < 0)
            break;
    }
}

static void start_server(void)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    bool ready = bind(listener, (const struct sockaddr *)&address, sizeof address) == 0 &&
                 listen(listener, 128) == 0 &&
                 getsockname(listener, (struct sockaddr *)&address, &size) == 0;
    server.port = ready ? ntohs(address.sin_port) : 0;
    server.pid = fork();
    if (server.pid != 0) {
        close(listener);
        return;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            serve(fd);
            _exit(0);
        }
        close(fd);
    }
}

static struct obol_net_result *take(struct obol_completion_owner *owner, uint64_t id, bool *done)
{
    void *result = NULL;
    *done = obol_completion_take(owner, id, &result, NULL) == OBOL_COMPLETION_DONE;
    return result;
}

static uint64_t submit(struct obol_completion_owner *owner, const char *path, bool held)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server.port, path);
    struct obol_request request = {.method = obol_slice_text("GET"), .url = obol_slice_text(url)};
    struct obol_net_options options = obol_net_defaults();
    struct obol_err err = {0};
    return obol_net_submit(owner, &request, &options, held, &err);
}

/* Waits and takes; whether it was answered with 200. */
static bool answered(struct obol_completion_owner *owner, uint64_t id)
{
    bool done = false;
    struct obol_net_result *result = obol_net_wait(owner, id, 5000) ? take(owner, id, &done) : NULL;
    bool good = done && result != NULL && result->outcome == OBOL_NET_ANSWERED &&
                result->reply.status == 200;
    obol_net_result_free(result);
    return good;
}

static int exit_code(pid_t pid)
{
    int status = 0;
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

/* What the child of a fork has to see: the parent's calls are not its own, its own work. */
static int in_child(struct obol_completion_owner *owner, const uint64_t *of_parent, size_t count)
{
    bool done = false;
    for (size_t i = 0; i < count; i++)
        if (!obol_net_wait(owner, of_parent[i], 0) || take(owner, of_parent[i], &done) != NULL ||
            !done)
            return 1;
    for (int i = 0; i < 5; i++)
        if (!answered(owner, submit(owner, "/", i % 2 == 0)))
            return 2;
    return obol_net_stats().pending == 0 ? 0 : 3;
}

static void test_fork(void)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    CHECK(answered(owner, submit(owner, "/", true)));
    uint64_t ids[20];
    for (int i = 0; i < 20; i++)
        ids[i] = submit(owner, "/slow", i % 2 == 0);
    usleep(50000);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        LEAVE(in_child(owner, ids, 20));
    for (int i = 0; i < 20; i++)
        CHECK(answered(owner, ids[i]));
    CHECK_INT(0, exit_code(child));
    CHECK(answered(owner, submit(owner, "/", true)));
    obol_completion_owner_close(owner);
}

static void test_fork_of_finished(void)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    uint64_t id = submit(owner, "/", false);
    CHECK(obol_net_wait(owner, id, 5000));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        LEAVE(answered(owner, id) ? 0 : 1);
    CHECK_INT(0, exit_code(child));
    CHECK(answered(owner, id));
    obol_completion_owner_close(owner);
}

static void test_fork_with_announcer(void)
{
    struct obol_err err = {0};
    const char *path = obol_announcer_path(&err);
    CHECK(path != NULL && access(path, F_OK) == 0);
    char before[128];
    snprintf(before, sizeof before, "%s", path != NULL ? path : "");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        const char *own = obol_announcer_path(&err);
        LEAVE(own != NULL && strcmp(own, before) != 0 && access(own, F_OK) == 0 ? 0 : 1);
    }
    CHECK_INT(0, exit_code(child));
    CHECK(access(before, F_OK) == 0);
}

/* Fork while other threads are busy: neither side may hang. */
static atomic_bool busy;

static void *keep_busy(void *context)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    int *failures = context;
    while (atomic_load(&busy))
        *failures += answered(owner, submit(owner, "/", false)) ? 0 : 1;
    obol_completion_owner_close(owner);
    return NULL;
}

static void test_fork_under_load(void)
{
    pthread_t threads[3];
    int failures[3] = {0};
    atomic_store(&busy, true);
    fflush(stdout);
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, keep_busy, &failures[i]);
    for (int i = 0; i < 30; i++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            struct obol_completion_owner *owner = obol_completion_owner_new();
            _exit(answered(owner, submit(owner, "/", i % 2 == 0)) ? 0 : 1);
        }
        CHECK_INT(0, exit_code(child));
    }
    atomic_store(&busy, false);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        CHECK_INT(0, failures[i]);
    }
}

/* Callers on many threads: each works for itself or sleeps while another works. */
static void *call_often(void *context)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    int *failures = context;
    for (int i = 0; i < 200; i++)
        *failures +=
            answered(owner, submit(owner, i % 50 == 7 ? "/slow" : "/", i % 3 != 0)) ? 0 : 1;
    obol_completion_owner_close(owner);
    return NULL;
}

static void test_threads(void)
{
    pthread_t threads[8];
    int failures[8] = {0};
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, call_often, &failures[i]);
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        CHECK_INT(0, failures[i]);
    }
    CHECK_INT(0, (int64_t)obol_net_stats().pending);
}

/* A caller that turns away from what he submitted: the background thread goes on with it. */
static void test_left_alone(void)
{
    struct obol_completion_owner *owner = obol_completion_owner_new();
    uint64_t slow = submit(owner, "/slow", true);
    CHECK(answered(owner, submit(owner, "/", true)));
    int64_t until_ms = obol_clock_monotonic_ms() + 3000;
    while (!obol_completion_ready(owner, slow) && obol_clock_monotonic_ms() < until_ms)
        usleep(5000);
    CHECK(obol_completion_ready(owner, slow));
    CHECK(answered(owner, slow));
    obol_completion_owner_close(owner);
}

static _Atomic pthread_t handled_by;

static void note_thread(int number)
{
    (void)number;
    handled_by = pthread_self();
}

/* A signal for the process comes to the host's thread, never to ours, which blocks them all. */
static void test_signals(void)
{
    struct obol_err err = {0};
    struct obol_completion_owner *owner = obol_completion_owner_new();
    CHECK(obol_announcer_path(&err) != NULL);
    uint64_t id = submit(owner, "/slow", false);
    struct sigaction action = {.sa_handler = note_thread}, before;
    sigaction(SIGUSR1, &action, &before);
    sigset_t usr1, old;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &usr1, &old);
    handled_by = 0;
    kill(getpid(), SIGUSR1);
    usleep(20000);
    CHECK(handled_by == 0);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    CHECK(pthread_equal(handled_by, pthread_self()));
    sigaction(SIGUSR1, &before, NULL);
    CHECK(answered(owner, id));
    obol_completion_owner_close(owner);
}

/* exit() while another thread waits for an answer that does not come in time. */
static void *wait_for_slow(void *owner)
{
    (void)obol_net_wait(owner, submit(owner, "/slow", true), -1);
    return NULL;
}

static void test_exit_under_a_waiting_caller(void)
{
    fflush(stdout);
    for (int i = 0; i < 20; i++) {
        int64_t started_ms = obol_clock_monotonic_ms();
        pid_t child = fork();
        if (child == 0) {
            pthread_t thread;
            pthread_create(&thread, NULL, wait_for_slow, obol_completion_owner_new());
            usleep(1000u * (unsigned)i);
            LEAVE(0);
        }
        CHECK_INT(0, exit_code(child));
        CHECK(obol_clock_monotonic_ms() - started_ms < 900);
    }
}

int main(void)
{
    static const struct check_case cases[] = {
        {"net: parent and child of a fork both go on", test_fork},
        {"net: what was finished can be taken after a fork", test_fork_of_finished},
        {"net: the child of a fork announces on a socket of its own", test_fork_with_announcer},
        {"net: fork while other threads send", test_fork_under_load},
        {"net: callers on many threads", test_threads},
        {"net: a call left alone goes on", test_left_alone},
        {"net: signals stay with the host", test_signals},
        {"net: the process ends under a waiting caller", test_exit_under_a_waiting_caller},
        {NULL, NULL},
    };
    start_server();
    int status = check_run(cases);
    kill(server.pid, SIGTERM);
    waitpid(server.pid, NULL, 0);
    return status;
}
