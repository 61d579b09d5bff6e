#pragma once

#include "base/buf.h"
#include "net/net.h"

#include <curl/curl.h>
#include <stdalign.h>
#include <stdatomic.h>

enum {
    OBOL_NET_HEADERS_MAX = 256,         /* of a reply */
    OBOL_NET_HEADER_BYTES = 64 * 1024,  /* of a reply, interim answers included */
    OBOL_NET_REQUEST_HEADERS_MAX = 128, /* of a request */
};

/* Why a callback ended a transfer; libcurl's own code says only that one did. */
enum obol_net_stop {
    OBOL_NET_GOES_ON,
    OBOL_NET_TOO_LARGE,
    OBOL_NET_TOO_MANY_HEADERS,
    OBOL_NET_MALFORMED,
    OBOL_NET_NO_MEMORY,
    OBOL_NET_REPEATED, /* libcurl was about to send the request a second time */
    OBOL_NET_CANCELED,
    OBOL_NET_NO_FIRST_BYTE,
    OBOL_NET_ENDED, /* the process ends */
};

/* A call that is canceled before it is sent is never sent: whichever mark comes first holds. */
enum obol_net_mark {
    OBOL_NET_MARK_SENT = 1, /* a byte of the request may have left */
    OBOL_NET_MARK_CANCELED = 2,
};

/* The copy of a request: one piece of memory, as large as it needs, wiped in one go. */
struct obol_net_block {
    char *data;
    size_t size;
    size_t used;
};

/* One request on its way. Until `handle` is set it belongs to the queue, then to whoever drives. */
struct obol_net_call {
    struct obol_net_result result; /* first, so that a result is its call */
    uint64_t id;
    struct obol_net_call *next; /* in the queue, then among the calls under way */
    struct obol_net_call **self;
    struct obol_net_call *beside; /* the next of those that left the queue, or ended, with it */
    CURLcode code;                /* with which libcurl ended it */

    struct obol_net_block block; /* the request, copied */
    struct obol_slice method, url, body, key;
    struct curl_slist *headers;
    const char *ca_file, *proxy;
    struct obol_net_options options;
    bool repeat_safe;
    int64_t submitted_ms;

    struct obol_net_handle *handle; /* while libcurl works on it */
    struct obol_net_pool *pool;
    size_t body_read;
    atomic_uint marks;           /* of enum obol_net_mark */
    int64_t first_byte_until_ms; /* 0: no limit, not begun, or over */
    enum obol_net_stop stop;

    struct obol_buf head; /* status line and headers as they came, then the array of them */
    size_t head_seen;     /* bytes of all headers, interim answers included */
    size_t lines;
    bool head_done;
    struct obol_buf reply_body;

    size_t near_size;
    alignas(max_align_t) char near[]; /* a small request's block */
};

/* Copies and checks the request; null with err. */
struct obol_net_call *obol_net_call_new(const struct obol_request *request,
                                        const struct obol_net_options *options,
                                        struct obol_err *err) OBOL_MUST_USE;
void obol_net_call_free(struct obol_net_call *call);

/* The request has served: wiped at once, not when the result is taken. */
void obol_net_call_wipe_request(struct obol_net_call *call);

/* Whether the request and its options keep the rules: https or loopback, no control bytes. */
bool obol_net_check(const struct obol_request *request, const struct obol_net_options *options,
                    bool *loopback, struct obol_err *err) OBOL_MUST_USE;

bool obol_net_call_has(const struct obol_net_call *call, enum obol_net_mark mark);

/* Turns what came into result.reply; false when it is not one clear answer. */
bool obol_net_read_reply(struct obol_net_call *call) OBOL_MUST_USE;

/* Fills the result after libcurl has ended with `code`. */
void obol_net_conclude(struct obol_net_call *call, CURLcode code);
