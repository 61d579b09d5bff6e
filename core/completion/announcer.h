#pragma once

#include "base/err.h"

#include <stdint.h>

/*
 * Finished ids on a unix stream socket, for whoever waits in a loop of his own: an nginx worker's
 * cosocket, or a plain descriptor. A client writes `A\n` to hear of every id (those already done
 * included) or `W<id>\n` to hear of one, and reads lines `<id>\n`. Only this process is answered.
 *
 * The socket and its thread begin with the first of these calls and end with the process.
 */

/* The path of the socket, at most 107 bytes; null when it could not be made. It stays valid until
 * the process ends or forks. */
const char *obol_announcer_path(struct obol_err *err) OBOL_MUST_USE;

/* A descriptor of our own on which every id is announced, -1 when it could not be made. It does
 * not block; the caller closes it. */
int obol_announcer_connect(struct obol_err *err) OBOL_MUST_USE;
