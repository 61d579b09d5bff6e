#include "provider/appwheel/appwheel.h"

/* Cards that a user keeps for later charges (sheet 6.8 to 6.10). */

static const struct obol_word checkout[] = {{.word = "checkout"}, {0}};
static const struct obol_word setup_intent[] = {{.word = "setupIntent"}, {0}};

/* clang-format off */
#define TYPE(words, value)                                                                         \
    {.name = "type", .wire = "type", .type = OBOL_TEXT, .oneof = words, .preset = value,           \
     .sample = value, .doc = "how the card is entered: checkout, a page; setupIntent, a script"}
#define BACK(need)                                                                                 \
    {.name = "return_url", .wire = "successUrl", .type = OBOL_URL,                                 \
     .flags = (need) | OBOL_ANY_SCHEME, .max = 2048, .sample = "https://shop.example/ok",          \
     .doc = "where the browser goes when the card is kept"},                                       \
    {.name = "cancel_url", .wire = "cancelUrl", .type = OBOL_URL,                                  \
     .flags = (need) | OBOL_ANY_SCHEME, .max = 2048, .sample = "https://shop.example/no",          \
     .doc = "where the browser goes when the user backs out"}
/* clang-format on */

/* The older text asks for the URLs only with `checkout`; the other way opens no page. */
static const struct obol_field checkout_request[] = {
    APPWHEEL_CUSTOMER(OBOL_IN_BODY),
    TYPE(checkout, "checkout"),
    BACK(OBOL_REQUIRED),
    {0},
};
static const struct obol_field intent_request[] = {
    APPWHEEL_CUSTOMER(OBOL_IN_BODY),
    TYPE(setup_intent, "setupIntent"),
    BACK(0),
    {0},
};

/* clang-format off */
static const struct obol_field checkout_reply[] = {
    {.name = "action.url", .wire = "data.checkoutUrl", .type = OBOL_URL,
     .doc = "the page on which the card is entered"},
    {.name = "provider_id", .wire = "data.checkoutId", .type = OBOL_TEXT, .doc = "cs_..."},
    {0},
};
static const struct obol_field intent_reply[] = {
    {.name = "action.client_secret", .wire = "data.clientSecret", .type = OBOL_TEXT,
     .flags = OBOL_HIDDEN, .doc = "what Stripe's script confirms the card with"},
    {.name = "provider_id", .wire = "data.setupIntentId", .type = OBOL_TEXT, .doc = "seti_..."},
    {0},
};

static const struct obol_outcome_row checkout_outcomes[] = {
    APPWHEEL_SUCCESS("data.checkoutUrl", OBOL_ACCEPTED, "success"),
    {0},
};
static const struct obol_outcome_row intent_outcomes[] = {
    APPWHEEL_SUCCESS("data.clientSecret", OBOL_ACCEPTED, "success"),
    {0},
};
/* clang-format on */

#define CREATE                                                                                     \
    .name = "payment_method.create", .request_line = "POST /v1/stripe/paymentMethod/create",       \
    .source = "AppWheel documentation, Stripe: add a payment method", .effect = OBOL_NO_EFFECT,    \
    .found_by = OBOL_BY_NOTHING, .repeat_safe = OBOL_NO, .when = "type"

const struct obol_operation obol_appwheel_payment_method_create = {
    CREATE,
    .variant = "checkout",
    .or_absent = true,
    .request = checkout_request,
    .reply = checkout_reply,
    .outcomes = checkout_outcomes,
    .doc = "A page on which a user enters a card to keep.",
};

const struct obol_operation obol_appwheel_payment_method_create_intent = {
    CREATE,
    .variant = "setupIntent",
    .request = intent_request,
    .reply = intent_reply,
    .outcomes = intent_outcomes,
    .doc = "A secret with which Stripe's script keeps a card.",
};

/* clang-format off */
static const struct obol_field method[] = {
    {.name = "id", .wire = "id", .type = OBOL_TEXT, .flags = OBOL_REQUIRED, .doc = "pm_..."},
    {.name = "type", .wire = "type", .type = OBOL_TEXT, .doc = "card"},
    {.name = "card.brand", .wire = "card.brand", .type = OBOL_TEXT, .doc = "visa and so on"},
    {.name = "card.last4", .wire = "card.last4", .type = OBOL_TEXT, .doc = "with leading zeros"},
    {.name = "card.exp_month", .wire = "card.exp_month", .type = OBOL_INTEGER, .doc = "1 to 12"},
    {.name = "card.exp_year", .wire = "card.exp_year", .type = OBOL_INTEGER, .doc = "four digits"},
    {.name = "card.country", .wire = "card.country", .type = OBOL_TEXT,
     .doc = "ISO 3166-1, two letters"},
    {.name = "card.funding", .wire = "card.funding", .type = OBOL_TEXT, .doc = "credit and so on"},
    {.name = "created_s", .wire = "created", .type = OBOL_TIME, .doc = "when it was made"},
    {0},
};

static const struct obol_field list_reply[] = {
    {.name = "payment_methods", .wire = "data.methods", .type = OBOL_LIST, .sub = method,
     .doc = "the cards that a user keeps"},
    {0},
};
static const struct obol_outcome_row list_outcomes[] = {
    APPWHEEL_SUCCESS("data.methods", OBOL_SUCCEEDED, "success"),
    {0},
};
/* clang-format on */
static const struct obol_field list_request[] = {APPWHEEL_CUSTOMER(OBOL_IN_BODY), {0}};

const struct obol_operation obol_appwheel_payment_method_list = {
    .name = "payment_method.list",
    .request_line = "POST /v1/stripe/paymentMethod",
    .doc = "The cards that a user keeps.",
    .source = "AppWheel documentation, Stripe: list payment methods",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_YES,
    .request = list_request,
    .reply = list_reply,
    .outcomes = list_outcomes,
};

/* clang-format off */
static const struct obol_field remove_request[] = {
    APPWHEEL_CUSTOMER(OBOL_IN_BODY),
    {.name = "provider_id", .wire = "methodId", .type = OBOL_TEXT, .flags = OBOL_REQUIRED,
     .max = 255, .sample = "pm_1LQneq", .doc = "the payment method's id, pm_..."},
    {0},
};
/* clang-format on */
static const struct obol_field remove_reply[] = {
    {.name = "provider_id", .wire = "data.methodId", .type = OBOL_TEXT, .doc = "what was removed"},
    {0},
};

const struct obol_operation obol_appwheel_payment_method_remove = {
    .name = "payment_method.remove",
    .request_line = "POST /v1/stripe/paymentMethod/remove",
    .doc = "Forgets a card; without any, renewals fail.",
    .source = "AppWheel documentation, Stripe: remove a payment method",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_CUSTOMER,
    .found_with = "payment_method.list",
    .repeat_safe = OBOL_NO,
    .request = remove_request,
    .reply = remove_reply,
    .outcomes = obol_appwheel_done,
};
