#pragma once

#include "base/message.h"
#include "schema/check.h"
#include "schema/problems.h"

/* A payment system as a table. What cannot be a row is one of the hooks. */

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

enum obol_confirm {
    OBOL_CONFIRM_NEVER = 0,  /* it speaks for itself */
    OBOL_CONFIRM_UNLESS_OFF, /* by query, unless the configuration says `confirm = false` */
    OBOL_CONFIRM_ALWAYS,
};

/* What one kind of notification says; the first whose `at` holds `is` (null: anything) and that has
 * `has` is taken. A table ends with a null type. */
struct obol_notification {
    const char *type; /* of the event; "payment": succeeded, failed or updated by the outcome */
    const char *at;   /* null: any */
    const char *is;
    const char *has;
    const struct obol_field *fields;
    const struct obol_outcome_row *outcomes; /* before the provider's; null: no outcome */
    const char *const *id_of; /* paths whose values name it, the same at each delivery; ends null */
    enum obol_confirm confirm;
    const char *doc;
    const char *source;
};

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
    const char *const *methods;    /* of payment; ends with null */
    const char *const *currencies; /* ends with null; null: any. A single one is that of amounts
                                    * whose currency a reply leaves out */
    const struct obol_exponent *exponents;
    const struct obol_field *config;
    const struct obol_operation *const *operations; /* ends with null */
    const struct obol_outcome_row *outcomes;        /* after those of the operation */
    const char *content_type;                       /* of bodies; null: application/json */
    const char *base_url_word;                      /* of the configuration; null: base_url */
    int zone_minutes;       /* east of UTC, of times that a reply writes without a zone */
    const char *code_at;    /* the provider's own code in a reply; "http_status" is one too */
    const char *message_at; /* its text */
    const char *message_or; /* another place of the text; null: none */
    const char *const *session_words; /* configuration that wants a session's token; ends null */
    obol_prepare *prepare;
    obol_release *release;
    obol_sign *sign;
    obol_open *open;
    const struct obol_notification *notifications;
    const struct obol_acknowledgement *acknowledgements;
    int64_t call_timeout_ms;
    const int32_t *query_schedule_s; /* after an attempt without an answer; ends with 0 */
};

/* The row for what a notification says, or null when there is none. */
const struct obol_notification *obol_notification_match(const struct obol_provider *provider,
                                                        const struct obol_node *root);

/* The first variant of an operation, or null when the provider has none of that name. */
const struct obol_operation *obol_operation_first(const struct obol_provider *provider,
                                                  const char *operation);
