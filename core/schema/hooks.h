#pragma once

#include "base/message.h"
#include "schema/check.h"
#include "schema/problems.h"

/* What of a payment system cannot be a row: functions, and what they are given. */

enum { OBOL_DRAFT_HEADERS = 16 };

/* A request before it is signed; its bytes are final. */
struct obol_draft {
    struct obol_arena *arena;
    struct obol_slice method;
    struct obol_slice target; /* path and query behind the base URL's own path */
    struct obol_slice body;
    int64_t time_ms;
    struct obol_slice nonce;
    struct obol_slice key;   /* of the attempt */
    struct obol_slice token; /* the payer's own or the session's; empty: none */
    struct obol_header headers[OBOL_DRAFT_HEADERS];
    size_t header_count;
};

/* Adds a header; the value is borrowed. False when it holds what no header may, or none is free. */
bool obol_draft_header(struct obol_draft *draft, const char *name,
                       struct obol_slice value) OBOL_MUST_USE;
/* The same for a name of the configuration, which goes out in lower case as all names do. */
bool obol_draft_named_header(struct obol_draft *draft, struct obol_slice name,
                             struct obol_slice value) OBOL_MUST_USE;

/* A notification as it came. */
struct obol_incoming {
    struct obol_arena *arena;
    struct obol_slice method;
    struct obol_slice url;
    const struct obol_header *headers; /* lower-case names */
    size_t header_count;
    struct obol_slice body;
    int64_t time_ms;
};

struct obol_slice obol_incoming_header(const struct obol_incoming *incoming, const char *name);

/* What a notification was found to be. */
struct obol_opened {
    struct obol_node *root; /* what it says, a map; null: nothing */
    bool is_signed;         /* nobody but the provider can have made it */
    bool must_confirm;      /* whatever the configuration says: others can have made it */
};

/* The rows of one header that a configuration adds to every request, for a list's `sub`, and what
 * adds them; false as above. */
extern const struct obol_field obol_extra_header[];
bool obol_draft_extra_headers(struct obol_draft *draft, const struct obol_slot *list) OBOL_MUST_USE;

/* Makes once what a configuration is good for, such as opened keys; what is wrong goes to the
 * problems. The state is released whatever came back. */
typedef bool obol_prepare(const struct obol_record *config, void **state,
                          struct obol_problems *problems);
typedef void obol_release(void *state);

/* Adds the headers that prove who asks; may put another body in place. */
typedef bool obol_sign(struct obol_draft *draft, const struct obol_record *account,
                       struct obol_err *err);
/* Proves a notification; the same error for whatever is not proven. */
typedef bool obol_open(const struct obol_incoming *incoming, const struct obol_record *account,
                       struct obol_opened *opened, struct obol_err *err);
