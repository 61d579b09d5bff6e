#pragma once

#include "base/message.h"
#include "schema/check.h"

/* A payment system as a table. What cannot be a row is one of the two hooks. */

enum { OBOL_DRAFT_HEADERS = 16 };

/* A request before it is signed; its bytes are final. */
struct obol_draft {
    struct obol_arena *arena;
    struct obol_slice method;
    struct obol_slice target; /* path and query behind the base URL's own path */
    struct obol_slice body;
    int64_t time_ms;
    struct obol_slice nonce;
    struct obol_slice key; /* of the attempt */
    struct obol_header headers[OBOL_DRAFT_HEADERS];
    size_t header_count;
};

/* Adds a header; the value is borrowed. False when it holds what no header may, or none is free. */
bool obol_draft_header(struct obol_draft *draft, const char *name,
                       struct obol_slice value) OBOL_MUST_USE;

/* A notification as it came. */
struct obol_incoming {
    struct obol_arena *arena;
    const struct obol_header *headers; /* lower-case names */
    size_t header_count;
    struct obol_slice body;
    int64_t time_ms;
};

struct obol_slice obol_incoming_header(const struct obol_incoming *incoming, const char *name);

/* Adds the headers that prove who asks. */
typedef bool obol_sign(struct obol_draft *draft, const struct obol_record *account,
                       struct obol_err *err);
/* Proves a notification and puts it into `event`; the same error for whatever is not proven. */
typedef bool obol_open(const struct obol_incoming *incoming, const struct obol_record *account,
                       struct obol_node *event, struct obol_err *err);

/* What the provider wants to hear; a table ends with a null word. */
struct obol_acknowledgement {
    const char *word; /* accepted, later, refused */
    int status;
    const char *content_type;
    const char *body;
};

struct obol_provider {
    const char *name;
    const char *title;
    const char *doc;
    const char *source;
    const char *const *methods; /* of payment; ends with null */
    const struct obol_exponent *exponents;
    const struct obol_field *config;
    const struct obol_operation *const *operations; /* ends with null */
    const struct obol_outcome_row *outcomes;        /* after those of the operation */
    const char *code_at; /* the provider's own code and text in a reply */
    const char *message_at;
    obol_sign *sign;
    obol_open *open;
    const struct obol_acknowledgement *acknowledgements;
    int64_t call_timeout_ms;
    const int32_t *query_schedule_s; /* after an attempt without an answer; ends with 0 */
};

/* The first variant of an operation, or null when the provider has none of that name. */
const struct obol_operation *obol_operation_first(const struct obol_provider *provider,
                                                  const char *operation);
