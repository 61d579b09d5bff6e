#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Load for a server on loopback. usage: http_load PORT PATH WIDTH TOTAL PING [BODY]
 *
 * WIDTH kept connections, which stand before the first byte is sent; each sends its next GET (with
 * BODY: POST) when the last is answered, until TOTAL are. `#` in PATH is the request's number.
 * Meanwhile one more connection asks for /ping again and again, after a pause of PING microseconds
 * (`-`: never); with a TOTAL of 0 that alone is measured, for two seconds. Prints: seconds, answers
 * other than 200, the 99th percentile and the maximum of /ping in milliseconds. */

enum {
    ANSWER_MAX = 8192,
    PATH_MAX_BYTES = 1024,
    REQUEST_MAX = 4096,
    PINGS_MAX = 1000000,
    IDLE_S = 2
};

struct connection {
    int fd;
    size_t size;
    char answer[ANSWER_MAX];
};

static const char *path, *body;
static long wanted, begun, ended, bad;
static struct sockaddr_in address;
static atomic_bool over;
static double *pings;
static size_t ping_count;
static unsigned ping_pause_us;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int open_connection(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void send_request(int fd, long number)
{
    char target[PATH_MAX_BYTES], request[PATH_MAX_BYTES + REQUEST_MAX];
    const char *place = strchr(path, '#');
    if (place != NULL)
        snprintf(target, sizeof target, "%.*s%ld%s", (int)(place - path), path, number, place + 1);
    else
        snprintf(target, sizeof target, "%s", path);
    int size = 0;
    if (body != NULL)
        size = snprintf(request, sizeof request,
                        "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        target, strlen(body), body);
    else
        size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", target);
    if (send(fd, request, (size_t)size, MSG_NOSIGNAL) != size)
        fail("send");
}

/* Whether the whole answer is there; it has to tell its length. */
static bool is_whole(struct connection *one)
{
    one->answer[one->size] = '\0';
    const char *end = strstr(one->answer, "\r\n\r\n");
    const char *length = strcasestr(one->answer, "content-length:");
    if (end == NULL)
        return false;
    if (length == NULL || length > end) {
        fprintf(stderr, "expected an answer with its length: %s\n", one->answer);
        exit(1);
    }
    return one->size >= (size_t)(end + 4 - one->answer) + strtoul(length + 15, NULL, 10);
}

/* Reads what has come; true when an answer ended with it. */
static bool read_answer(struct connection *one)
{
    ssize_t got = recv(one->fd, one->answer + one->size, ANSWER_MAX - 1 - one->size, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (got <= 0)
        fail("the server closed a connection");
    one->size += (size_t)got;
    if (!is_whole(one))
        return false;
    if (strncmp(one->answer, "HTTP/1.1 200", 12) != 0 && bad++ == 0)
        fprintf(stderr, "%s\n", one->answer);
    one->size = 0;
    return true;
}

static void *ping(void *unused)
{
    (void)unused;
    static const char request[] = "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n";
    static struct connection one;
    one.fd = open_connection();
    while (!atomic_load(&over) && ping_count < PINGS_MAX) {
        double from = now();
        if (send(one.fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
            fail("send a ping");
        struct pollfd want = {.fd = one.fd, .events = POLLIN};
        do {
            poll(&want, 1, -1);
        } while (!read_answer(&one));
        pings[ping_count++] = now() - from;
        if (ping_pause_us != 0)
            usleep(ping_pause_us);
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    double one = *(const double *)a, two = *(const double *)b;
    return (one > two) - (one < two);
}

static double drive(long width)
{
    struct connection *all = calloc((size_t)width, sizeof *all);
    struct epoll_event events[256];
    int queue = epoll_create1(0);
    if (all == NULL || queue < 0)
        fail("prepare");
    for (long i = 0; i < width; i++) {
        struct epoll_event want = {.events = EPOLLIN, .data.ptr = &all[i]};
        all[i].fd = open_connection();
        epoll_ctl(queue, EPOLL_CTL_ADD, all[i].fd, &want);
    }
    usleep(50000); /* until the server has taken all of them */
    double from = now();
    for (long i = 0; i < width && begun < wanted; i++)
        send_request(all[i].fd, begun++);
    while (ended < wanted) {
        int count = epoll_wait(queue, events, 256, -1);
        for (int i = 0; i < count; i++) {
            struct connection *one = events[i].data.ptr;
            if (!read_answer(one))
                continue;
            ended++;
            if (begun < wanted)
                send_request(one->fd, begun++);
        }
    }
    double spent = now() - from;
    for (long i = 0; i < width; i++)
        close(all[i].fd);
    free(all);
    return spent;
}

int main(int count, char **words)
{
    if (count != 6 && count != 7)
        return 2;
    body = count == 7 ? words[6] : NULL;
    bool pings_too = words[5][0] != '-';
    ping_pause_us = (unsigned)strtoul(words[5], NULL, 10);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)strtoul(words[1], NULL, 10));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    path = words[2];
    wanted = strtol(words[4], NULL, 10);
    pings = calloc(PINGS_MAX, sizeof *pings);
    pthread_t thread = 0;
    if (pings == NULL || (pings_too && pthread_create(&thread, NULL, ping, NULL) != 0))
        fail("start");
    if (wanted == 0)
        sleep(IDLE_S);
    double spent = wanted != 0 ? drive(strtol(words[3], NULL, 10)) : IDLE_S;
    atomic_store(&over, true);
    if (pings_too)
        pthread_join(thread, NULL);
    qsort(pings, ping_count, sizeof *pings, compare);
    if (ping_count == 0)
        ping_count = 1; /* of zero milliseconds */
    size_t place = ping_count - 1 - ping_count / 100;
    printf("%.6f %ld %.4f %.4f\n", spent, bad, pings[place] * 1e3, pings[ping_count - 1] * 1e3);
    return 0;
}
