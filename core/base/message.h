#pragma once

#include "base/slice.h"

/*
 * HTTP as the core sees it: account code makes a request and reads a reply, a transport carries
 * them. Neither knows the other. All slices are borrowed.
 */
struct obol_header {
    struct obol_slice name; /* lower case in a reply */
    struct obol_slice value;
};

struct obol_request {
    struct obol_slice method;
    struct obol_slice url;
    const struct obol_header *headers;
    size_t header_count;
    struct obol_slice body;    /* exactly the bytes that were signed; size 0: no body */
    struct obol_slice pool;    /* requests of different pools never share a connection */
    bool repeat_safe;          /* the same bytes may arrive twice without harm */
    bool secret;               /* a secret went into the body */
    struct obol_slice warning; /* what looked wrong and was let through; empty: nothing */
};

struct obol_reply {
    int status;
    const struct obol_header *headers;
    size_t header_count;
    struct obol_slice body;
};
