#pragma once

#include "schema/field.h"

/* What is known of an attempt after a call. */
#define OBOL_OUTCOMES(X)                                                                           \
    X(NOT_SENT, "not_sent")                                                                        \
    X(REJECTED, "rejected")                                                                        \
    X(DECLINED, "declined")                                                                        \
    X(ACCEPTED, "accepted")                                                                        \
    X(SUCCEEDED, "succeeded")                                                                      \
    X(UNKNOWN, "unknown")                                                                          \
    X(ABANDONED, "abandoned")

enum obol_outcome {
    OBOL_OUTCOME_NONE = 0,
#define X(symbol, name) OBOL_##symbol,
    OBOL_OUTCOMES(X)
#undef X
        OBOL_OUTCOME_COUNT
};

const char *obol_outcome_name(enum obol_outcome outcome);

/* What an operation may do; 0 is "not said", which the self-check refuses. */
enum obol_effect {
    OBOL_EFFECT_UNSAID = 0,
    OBOL_MONEY_MOVES, /* may take money at once */
    OBOL_OFFER,       /* makes something that a payer may pay later */
    OBOL_NO_EFFECT,
};

/* How an unanswered call is found again. */
enum obol_found_by {
    OBOL_FOUND_UNSAID = 0,
    OBOL_BY_OUR_REF,
    OBOL_BY_PROVIDER_ID,
    OBOL_BY_CUSTOMER,
    OBOL_BY_NOTHING,
};

enum obol_answer { OBOL_UNSAID = 0, OBOL_NO, OBOL_YES };

/* In place of a value: any number that is an integer. */
#define OBOL_ANY_INTEGER "*integer"

/* One line of an outcome table; the first that matches decides, none is `unknown`. */
struct obol_outcome_row {
    const char *at;  /* a path in the reply, or "http_status" */
    const char *is;  /* the value as text; null: whatever it is, as long as it is there. Of the HTTP
                      * status also "5xx", and "!200" for any other */
    const char *has; /* a path that has to hold something; null: none */
    bool text_too;   /* a number written in quotes is the same */
    const char *and_at; /* a second place that has to hold `and_is`; null: none */
    const char *and_is;
    enum obol_outcome outcome;
    const char *status;  /* of the payment, where the outcome alone does not tell: "expired" */
    enum obol_kind kind; /* of the error, for what is no success */
    bool retryable;
    const char *doc; /* the provider's own word for it */
};

struct obol_operation {
    const char *name;         /* "payment.create" */
    const char *request_line; /* "POST /v1/users/{customer.id}" */
    const char *doc;
    const char *source;
    enum obol_effect effect;
    enum obol_found_by found_by;
    enum obol_answer repeat_safe;
    const char *found_with; /* the operation that asks again */
    const char *proof_with; /* the operation whose answer proves a purchase by a new order in it */

    /* Of several variants of a name the first that fits is taken: the one whose `when` holds
     * `variant`, "*" for anything (or is absent, with `or_absent`). `account.` asks the
     * configuration. */
    const char *variant;
    const char *when;
    bool or_absent;

    const struct obol_field *request;
    const struct obol_field *reply;
    const struct obol_outcome_row *outcomes; /* before those of the provider */

    /* Of the result's list `pick_from`, the item whose `pick_by` is what is expected under
     * `pick_with` (null: provider_id), or what the call's word that chose the variant says, becomes
     * `pick_as` (null: its members become the result's), and `item_outcomes` (paths in the result's
     * item) say what it means. Where none is, `found` is false; where nothing is expected, what
     * would be merged is unknown. With `pick_alone` the list holds nothing but what was asked for:
     * others in its place prove nothing. */
    bool pick_alone;
    const char *pick_from;
    const char *pick_by;
    const char *pick_with;
    const char *pick_as;
    const struct obol_outcome_row *item_outcomes;
};

const char *obol_effect_name(enum obol_effect effect);
const char *obol_found_by_name(enum obol_found_by found_by);
