#include "provider/appwheel/appwheel.h"

/* Changing, ending and asking about a subscription (sheet 6.4 to 6.6). */

/* clang-format off */
static const struct obol_field update_request[] = {
    APPWHEEL_CUSTOMER(OBOL_IN_BODY),
    {.name = "items[1].product_id", .wire = "productId", .type = OBOL_TEXT,
     .flags = OBOL_REQUIRED, .max = 255, .sample = "price_1LGLc9",
     .doc = "the new product, of the same group"},
    APPWHEEL_SUBSCRIPTION,
    {0},
};

static const struct obol_field update_reply[] = {
    {.name = "action.url", .wire = "data.hostedInvoiceUrl", .type = OBOL_URL,
     .sample = "https://invoice.stripe.com/i/x",
     .doc = "where the user pays the difference; without it the change is done"},
    {0},
};

static const struct obol_outcome_row update_outcomes[] = {
    APPWHEEL_SUCCESS("data.hostedInvoiceUrl", OBOL_ACCEPTED, "the user has to pay a difference"),
    APPWHEEL_SUCCESS(NULL, OBOL_SUCCEEDED, "the plan is changed"),
    /* an upgrade charges at once: Stripe's refusal is the card's, and the plan stays (sheet 6.4) */
    {.at = "code", .is = "205002", .outcome = OBOL_DECLINED, .kind = OBOL_ERR_DECLINED,
     .doc = "ErrAwPurchaseStripeApi: the charge was refused, the plan stays as it was"},
    {0},
};
/* clang-format on */

const struct obol_operation obol_appwheel_subscription_update = {
    .name = "subscription.update",
    .request_line = "POST /v1/stripe/purchase/update",
    .doc = "Changes to another product of the group; a difference may be charged at once.",
    .source = "AppWheel documentation, ChangePurchases/JS",
    .effect = OBOL_MONEY_MOVES,
    .found_by = OBOL_BY_CUSTOMER,
    .found_with = "subscription.query",
    .repeat_safe = OBOL_NO,
    .request = update_request,
    .reply = update_reply,
    .outcomes = update_outcomes,
};

static const struct obol_field switch_request[] = {
    APPWHEEL_CUSTOMER(OBOL_IN_BODY),
    APPWHEEL_SUBSCRIPTION,
    {0},
};
static const struct obol_field nothing[] = {{0}};

/* Both only switch auto-renewal, so asking again for the same is harmless, yet not documented. */
const struct obol_operation obol_appwheel_subscription_cancel = {
    .name = "subscription.cancel",
    .request_line = "POST /v1/stripe/purchase/cancel",
    .doc = "Switches auto-renewal off; access runs to the end of the paid period.",
    .source = "AppWheel documentation, ChangePurchases/JS",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_CUSTOMER,
    .found_with = "subscription.query",
    .repeat_safe = OBOL_NO,
    .request = switch_request,
    .reply = nothing,
    .outcomes = obol_appwheel_done,
};

const struct obol_operation obol_appwheel_subscription_renew = {
    .name = "subscription.renew",
    .request_line = "POST /v1/stripe/purchase/renew",
    .doc = "Switches auto-renewal on again, before the paid period ends.",
    .source = "AppWheel documentation, ChangePurchases/JS",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_CUSTOMER,
    .found_with = "subscription.query",
    .repeat_safe = OBOL_NO,
    .request = switch_request,
    .reply = nothing,
    .outcomes = obol_appwheel_done,
};

/* clang-format off */
static const struct obol_field portal_request[] = {
    APPWHEEL_CUSTOMER(OBOL_IN_BODY),
    {.name = "return_url", .wire = "returnUrl", .type = OBOL_URL,
     .flags = OBOL_REQUIRED | OBOL_ANY_SCHEME, .max = 2048, .sample = "https://shop.example/me",
     .doc = "where the page leads back to"},
    {0},
};

static const struct obol_field portal_reply[] = {
    {.name = "action.url", .wire = "data.sessionUrl", .type = OBOL_URL,
     .sample = "https://billing.stripe.com/session/x",
     .doc = "the page on which the user manages cards and subscriptions"},
    {0},
};

static const struct obol_outcome_row portal_outcomes[] = {
    APPWHEEL_SUCCESS("data.sessionUrl", OBOL_SUCCEEDED, "success"),
    {0},
};
/* clang-format on */

const struct obol_operation obol_appwheel_subscription_portal = {
    .name = "subscription.portal",
    .request_line = "POST /v1/stripe/customPortal",
    .doc = "A page of Stripe's on which a user manages cards and subscriptions.",
    .source = "AppWheel HTTP reference of 2023-03-03, customPortal",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_YES,
    .request = portal_request,
    .reply = portal_reply,
    .outcomes = portal_outcomes,
};
