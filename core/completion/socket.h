#pragma once

#include "base/err.h"

#include <sys/un.h>

/* A listening unix socket that nobody else can reach: in a fresh directory of mode 0700. */
struct obol_socket {
    char directory[sizeof((struct sockaddr_un *)0)->sun_path];
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    int fd;
};

bool obol_socket_open(struct obol_socket *socket, struct obol_err *err) OBOL_MUST_USE;
/* Closes it and removes the directory. */
void obol_socket_close(struct obol_socket *socket);
/* A connection to it, -1 on failure. */
int obol_socket_connect(const struct obol_socket *socket);
/* The next connection, if it is this process's own; -1 when there is none. */
int obol_socket_accept(const struct obol_socket *socket);
