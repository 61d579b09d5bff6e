#include "completion/announcer.h"

#include "base/secret.h"
#include "base/thread.h"
#include "completion/client.h"
#include "completion/completion.h"
#include "completion/internal.h"
#include "completion/socket.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 4096 };

static struct {
    pthread_mutex_t lock; /* of what is above the line */
    bool running;
    bool stopping;
    struct obol_socket socket; /* unchanged while the thread runs */
    int wake;
    pthread_t thread;
    /* the thread's own */
    struct obol_announcer_client *clients;
    size_t client_count;
} announcer = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = -1};

static bool is_stopping(void)
{
    pthread_mutex_lock(&announcer.lock);
    bool stopping = announcer.stopping;
    pthread_mutex_unlock(&announcer.lock);
    return stopping;
}

static void accept_clients(void)
{
    while (announcer.client_count < CLIENTS_MAX) {
        int fd = obol_socket_accept(&announcer.socket);
        struct obol_announcer_client *client = fd >= 0 ? obol_client_new(fd) : NULL;
        if (client == NULL)
            return;
        client->next = announcer.clients;
        announcer.clients = client;
        announcer.client_count++;
    }
}

static void drop_client(struct obol_announcer_client **at)
{
    struct obol_announcer_client *client = *at;
    *at = client->next;
    obol_client_free(client);
    announcer.client_count--;
}

static void tell_finished(void)
{
    struct obol_idlist finished = obol_completion_collect();
    for (size_t i = 0; i < finished.count; i++) {
        struct obol_announcer_client *client = announcer.clients;
        for (; client != NULL; client = client->next)
            obol_client_tell(client, finished.ids[i]);
    }
    obol_idlist_free(&finished);
}

/* The descriptors to watch: ours first, then the clients in their order; null when memory is
 * short. */
static struct pollfd *list_descriptors(size_t count)
{
    struct pollfd *list = obol_secret_alloc(count * sizeof *list);
    if (list == NULL)
        return NULL;
    list[0] = (struct pollfd){.fd = announcer.wake, .events = POLLIN};
    list[1] = (struct pollfd){.fd = announcer.client_count < CLIENTS_MAX ? announcer.socket.fd : -1,
                              .events = POLLIN};
    size_t at = 2;
    for (struct obol_announcer_client *client = announcer.clients; client != NULL;
         client = client->next)
        list[at++] = (struct pollfd){
            .fd = client->fd, .events = (short)(client->out.size != 0 ? POLLIN | POLLOUT : POLLIN)};
    return list;
}

static void serve(const struct pollfd *list)
{
    if (list[0].revents != 0) {
        uint64_t count = 0;
        ssize_t got = read(announcer.wake, &count, sizeof count);
        (void)got;
        tell_finished();
    }
    size_t at = 2;
    for (struct obol_announcer_client **client = &announcer.clients; *client != NULL; at++) {
        bool heard = (list[at].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
        if ((heard && !obol_client_read(*client)) || !obol_client_write(*client))
            drop_client(client);
        else
            client = &(*client)->next;
    }
    if (list[1].revents != 0)
        accept_clients();
}

static void *run(void *unused)
{
    (void)unused;
    obol_thread_give_way();
    while (!is_stopping()) {
        size_t count = announcer.client_count + 2;
        struct pollfd *list = list_descriptors(count);
        if (list == NULL)
            break;
        if (poll(list, count, -1) > 0)
            serve(list);
        obol_secret_free(list, count * sizeof *list);
    }
    while (announcer.clients != NULL)
        drop_client(&announcer.clients);
    return NULL;
}

static void at_exit(void)
{
    pthread_mutex_lock(&announcer.lock);
    bool running = announcer.running;
    announcer.stopping = true;
    announcer.running = false;
    pthread_mutex_unlock(&announcer.lock);
    if (!running)
        return;
    obol_completion_announce(-1);
    uint64_t one = 1;
    ssize_t written = write(announcer.wake, &one, sizeof one);
    (void)written;
    pthread_join(announcer.thread, NULL);
    obol_socket_close(&announcer.socket);
    close(announcer.wake);
}

static void before_fork(void)
{
    pthread_mutex_lock(&announcer.lock);
}

static void in_parent(void)
{
    pthread_mutex_unlock(&announcer.lock);
}

/* Socket, directory and clients are the parent's: the child closes its copies and starts its own
 * when it is asked to. The parent's thread was somewhere in the list of clients, so their
 * descriptors alone are closed and their memory is left. */
static void in_child(void)
{
    if (announcer.running) {
        close(announcer.socket.fd);
        close(announcer.wake);
        for (struct obol_announcer_client *client = announcer.clients; client != NULL;
             client = client->next)
            close(client->fd);
    }
    announcer.running = false;
    announcer.socket = (struct obol_socket){.fd = -1};
    announcer.wake = -1;
    announcer.clients = NULL;
    announcer.client_count = 0;
    pthread_mutex_unlock(&announcer.lock);
}

static void prepare(void)
{
    obol_completion_prepare();
    pthread_atfork(before_fork, in_parent, in_child);
    atexit(at_exit);
}

static bool start(struct obol_err *err)
{
    if (announcer.stopping)
        return obol_fail(err, OBOL_ERR_INTERNAL, "", "the process ends");
    if (!obol_socket_open(&announcer.socket, err))
        return false;
    announcer.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    announcer.running =
        announcer.wake >= 0 && pthread_create(&announcer.thread, NULL, run, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (announcer.running) {
        obol_completion_announce(announcer.wake);
        return true;
    }
    if (announcer.wake >= 0)
        close(announcer.wake);
    announcer.wake = -1;
    obol_socket_close(&announcer.socket);
    return obol_fail(err, OBOL_ERR_INTERNAL, "", "could not start a thread");
}

const char *obol_announcer_path(struct obol_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    pthread_mutex_lock(&announcer.lock);
    bool running = announcer.running || start(err);
    pthread_mutex_unlock(&announcer.lock);
    return running ? announcer.socket.path : NULL;
}

int obol_announcer_connect(struct obol_err *err)
{
    static const char word[] = "A\n";
    if (obol_announcer_path(err) == NULL)
        return -1;
    int fd = obol_socket_connect(&announcer.socket);
    if (fd >= 0 && send(fd, word, sizeof word - 1, MSG_NOSIGNAL) == sizeof word - 1 &&
        fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    obol_fail(err, OBOL_ERR_INTERNAL, "", "could not connect to the announcer");
    return -1;
}
