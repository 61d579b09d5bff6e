#pragma once

#include "base/buf.h"
#include "completion/idmap.h"

/* One connection to the announcer. */
struct obol_announcer_client {
    struct obol_announcer_client *next;
    int fd;
    bool all;                  /* hears of every id */
    struct obol_idlist wanted; /* ... or of these */
    char line[24];             /* the word that is coming in */
    size_t line_size;
    struct obol_buf out; /* what it has not read yet */
};

/* Takes the connection over; null when memory is short, then it is closed. */
struct obol_announcer_client *obol_client_new(int fd) OBOL_MUST_USE;
void obol_client_free(struct obol_announcer_client *client);
/* Reads words and notes what is wanted; false when the connection is over. */
bool obol_client_read(struct obol_announcer_client *client) OBOL_MUST_USE;
/* Notes the id for sending if the client wants it. */
void obol_client_tell(struct obol_announcer_client *client, uint64_t id);
/* Sends what it takes; false when the connection is over. */
bool obol_client_write(struct obol_announcer_client *client) OBOL_MUST_USE;
