#include "completion/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_un address_of(const struct obol_socket *listener)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, listener->path, sizeof address.sun_path);
    return address;
}

/* Below `parent`, unless that makes the path of the socket longer than an address holds. */
static bool make_directory(struct obol_socket *listener, const char *parent)
{
    int size = snprintf(listener->path, sizeof listener->path, "%s/obol-XXXXXX/done", parent);
    if (size < 0 || (size_t)size >= sizeof listener->path)
        return false;
    snprintf(listener->directory, sizeof listener->directory, "%s/obol-XXXXXX", parent);
    if (mkdtemp(listener->directory) == NULL) /* mode 0700 */
        return false;
    memcpy(listener->path, listener->directory, strlen(listener->directory));
    return true;
}

static bool make_socket(struct obol_socket *listener)
{
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->fd < 0)
        return false;
    struct sockaddr_un address = address_of(listener);
    return bind(listener->fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
           listen(listener->fd, SOMAXCONN) == 0;
}

bool obol_socket_open(struct obol_socket *listener, struct obol_err *err)
{
    *listener = (struct obol_socket){.fd = -1};
    const char *parent = secure_getenv("TMPDIR");
    bool made = parent != NULL && parent[0] == '/' && make_directory(listener, parent);
    if (!made && !make_directory(listener, "/tmp"))
        return obol_fail(err, OBOL_ERR_INTERNAL, "",
                         "could not make a private directory below TMPDIR or /tmp");
    if (make_socket(listener))
        return true;
    obol_socket_close(listener);
    return obol_fail(err, OBOL_ERR_INTERNAL, "", "could not listen on a unix socket");
}

void obol_socket_close(struct obol_socket *listener)
{
    if (listener->fd >= 0)
        close(listener->fd);
    listener->fd = -1;
    if (listener->directory[0] == '\0')
        return;
    (void)unlink(listener->path);
    (void)rmdir(listener->directory);
    listener->directory[0] = listener->path[0] = '\0';
}

int obol_socket_connect(const struct obol_socket *listener)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = address_of(listener);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* The directory keeps other users out; this keeps out root's and our own other processes. */
static bool is_own(int fd)
{
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == getpid() &&
           peer.uid == geteuid();
}

int obol_socket_accept(const struct obol_socket *listener)
{
    for (;;) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0 || is_own(fd))
            return fd;
        close(fd);
    }
}
