#pragma once

#include "base/err.h"
#include "base/message.h"
#include "completion/completion.h"

/*
 * The transport: the only user of libcurl. Requests go in from any thread; one thread at a time
 * drives libcurl, either the background thread or a caller that waits anyway.
 */

struct obol_net_options {
    int64_t timeout_ms;    /* for the whole call */
    int64_t connect_ms;    /* until the connection stands, name lookup and TLS included */
    int64_t first_byte_ms; /* from the start of sending to the answer's first byte; 0: no limit */
    int64_t keep_ms;       /* how long a result that nobody takes is kept */
    size_t max_reply;      /* most bytes of the reply's body */
    struct obol_slice ca_file;   /* trusted instead of the system's certificates */
    struct obol_slice proxy;     /* an URL */
    bool proxy_from_environment; /* as the usual variables say */
    bool allow_http;             /* plain HTTP beyond this machine */
};

/* What became of a call. */
enum obol_net_outcome {
    OBOL_NET_ANSWERED,
    OBOL_NET_NOT_SENT, /* proven: not one byte of the request left */
    OBOL_NET_UNKNOWN,  /* it may have arrived */
};

struct obol_net_result {
    enum obol_net_outcome outcome;
    struct obol_reply reply; /* when answered; borrowed from the result */
    struct obol_err err;     /* otherwise */
};

struct obol_net_stats {
    uint64_t started;     /* calls handed to libcurl */
    uint64_t connections; /* connections opened */
    size_t pending;       /* calls queued or under way */
    size_t pools;         /* sets of connections that never mix */
    bool thread;          /* the background thread runs */
};

/* What the options are when a caller says nothing. */
struct obol_net_options obol_net_defaults(void);

/*
 * Copies everything and queues the call; 0 with err when nothing was sent. `held`: the caller is
 * about to wait and will do the work himself; otherwise the background thread begins at once.
 */
uint64_t obol_net_submit(struct obol_completion_owner *owner, const struct obol_request *request,
                         const struct obol_net_options *options, bool held,
                         struct obol_err *err) OBOL_MUST_USE;

/* Waits until this id (0: any of the owner's) is done; false when the time ran out. Below 0: no
 * limit. Works on the calls itself when nobody else does. */
bool obol_net_wait(struct obol_completion_owner *owner, uint64_t id, int64_t timeout_ms);

/* What obol_completion_take gave for a call's id. */
void obol_net_result_free(struct obol_net_result *result);

/* Stops the call and forgets it; *outcome says what is known of it. False when there is no such
 * id. */
bool obol_net_cancel(struct obol_completion_owner *owner, uint64_t id,
                     enum obol_net_outcome *outcome);

struct obol_net_stats obol_net_stats(void);
