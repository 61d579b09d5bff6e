#pragma once

#include "schema/hooks.h"

/* A payment system as a table. What cannot be a row is one of the hooks. */

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
    bool wants_nonce; /* `sign` needs one that no request had before */
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
