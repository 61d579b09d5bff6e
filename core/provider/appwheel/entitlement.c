#include "provider/appwheel/appwheel.h"

/* What a user owns (sheet 6.7), read as entitlements or as subscriptions. */

static const struct obol_word product_types[] = {
    {.word = "consumable", .wire = "0"},
    {.word = "non_consumable", .wire = "1"},
    {.word = "auto_renewing", .wire = "2"},
    {.word = "non_renewing", .wire = "3"},
    {0},
};

/* clang-format off */
#define ORDER_FIELDS                                                                               \
    {.name = "product_id", .wire = "productId", .type = OBOL_TEXT, .flags = OBOL_REQUIRED,         \
     .doc = "what was bought"},                                                                    \
    {.name = "transaction_id", .wire = "transactionId", .type = OBOL_TEXT,                         \
     .doc = "the latest bill, in_... for Stripe"},                                                 \
    {.name = "status", .wire = "status", .flags = OBOL_KEPT,                                       \
     .read = obol_appwheel_read_order_status, .doc = "the order's state, as a subscription's"},    \
    {.name = "auto_renew", .wire = "isAutoRenew", .type = OBOL_BOOLEAN,                            \
     .doc = "whether the next period will be charged"},                                            \
    {.name = "trial", .wire = "isTrialPeriod", .type = OBOL_BOOLEAN, .doc = "in its trial days"},  \
    {.name = "interval", .wire = "productPeriod", .type = OBOL_INTERVAL,                           \
     .doc = "the length of a period; none for a one-off purchase"},                                \
    {.name = "type", .wire = "productType", .type = OBOL_TEXT, .oneof = product_types,             \
     .doc = "the kind of product"},                                                                \
    {.name = "platform", .wire = "platform", .type = OBOL_TEXT, .doc = "where it was bought"},     \
    {.name = "started_ms", .wire = "originalPurchaseDateMs", .type = OBOL_TIME,                    \
     .as = OBOL_AS_TEXT, .flags = OBOL_ZERO_IS_NONE, .doc = "the first purchase"},                 \
    {.name = "purchased_ms", .wire = "purchaseDateMs", .type = OBOL_TIME, .as = OBOL_AS_TEXT,      \
     .flags = OBOL_ZERO_IS_NONE, .doc = "the latest purchase"},                                    \
    {.name = "grace_until_ms", .wire = "gracePeriodExpiresDateMs", .type = OBOL_TIME,              \
     .as = OBOL_AS_TEXT, .flags = OBOL_ZERO_IS_NONE, .doc = "the end of the grace period"}

/* Orders of the project's other apps are told too (sheet 6.7): those prove no purchase here. How
 * the end of a one-off purchase looks is not documented. */
static const struct obol_field order[] = {
    {.name = "provider_id", .wire = "originalTransactionId", .type = OBOL_TEXT,
     .doc = "the subscription's id, sub_... for Stripe"},
    ORDER_FIELDS,
    {.name = "app_id", .wire = "appId", .type = OBOL_TEXT, .as = OBOL_AS_TEXT, .same_as = "app_id",
     .doc = "the app in which it was bought; of another one of the project, `mismatch` says so"},
    {.name = "expires_ms", .wire = "expiresDateMs", .type = OBOL_TIME, .as = OBOL_AS_TEXT,
     .flags = OBOL_ZERO_IS_NONE, .doc = "the end of the period; none when it lasts for good"},
    {0},
};

static const struct obol_field subscription[] = {
    {.name = "id", .wire = "originalTransactionId", .type = OBOL_TEXT,
     .doc = "the subscription's id, sub_... for Stripe"},
    ORDER_FIELDS,
    {.name = "app_id", .wire = "appId", .type = OBOL_TEXT, .as = OBOL_AS_TEXT,
     .doc = "the app in which it was bought"},
    {.name = "period_end_ms", .wire = "expiresDateMs", .type = OBOL_TIME, .as = OBOL_AS_TEXT,
     .flags = OBOL_ZERO_IS_NONE, .doc = "the end of the paid period"},
    {0},
};

#define ENTITLEMENT(in_force)                                                                      \
    {.name = "active", .type = OBOL_BOOLEAN, .preset = in_force, .doc = "whether the user has it"},\
    {.name = "expires_ms", .wire = "expiresDateMs", .type = OBOL_TIME, .as = OBOL_AS_TEXT,         \
     .flags = OBOL_ZERO_IS_NONE, .doc = "its end; none when it lasts for good"},                   \
    {.name = "grace_until_ms", .wire = "gracePeriodExpiresDateMs", .type = OBOL_TIME,              \
     .as = OBOL_AS_TEXT, .flags = OBOL_ZERO_IS_NONE, .doc = "the end of its grace period"},        \
    {.name = "started_ms", .wire = "originalPurchaseDateMs", .type = OBOL_TIME,                    \
     .as = OBOL_AS_TEXT, .flags = OBOL_ZERO_IS_NONE, .doc = "its start"},                          \
    {.name = "orders", .wire = "orders", .type = OBOL_LIST, .sub = order,                          \
     .doc = "the purchases that it rests on"}
/* clang-format on */

static const struct obol_field in_force[] = {ENTITLEMENT("true"), {0}};
static const struct obol_field over[] = {ENTITLEMENT("false"), {0}};

/* clang-format off */
static const struct obol_field entitlement_reply[] = {
    {.name = "entitlements", .wire = "data.entitlement", .type = OBOL_LIST, .as = OBOL_KEYED,
     .key = "name", .sub = in_force, .doc = "what the user has, by the merchant's names"},
    {.name = "entitlements", .wire = "data.invalidEntitlement", .type = OBOL_LIST,
     .as = OBOL_KEYED, .key = "name", .sub = over, .doc = "what the user had"},
    {0},
};

static const struct obol_field subscription_reply[] = {
    {.name = "subscriptions", .wire = "data.entitlement.*.orders", .type = OBOL_LIST,
     .sub = subscription, .doc = "orders in force"},
    {.name = "subscriptions", .wire = "data.invalidEntitlement.*.orders", .type = OBOL_LIST,
     .sub = subscription, .doc = "orders that are over"},
    {0},
};
/* clang-format on */

static const struct obol_field request[] = {APPWHEEL_CUSTOMER(OBOL_IN_PATH), {0}};

/* clang-format off */
static const struct obol_outcome_row outcomes[] = {
    APPWHEEL_SUCCESS("data.entitlement", OBOL_SUCCEEDED, "success"),
    {0},
};
/* clang-format on */

/* The states in which the first charge, or the start of a trial, has happened. */
/* clang-format off */
static const struct obol_outcome_row subscription_outcomes[] = {
    {.at = "status", .is = "incomplete", .outcome = OBOL_ACCEPTED,
     .doc = "order status 0, unpaid"},
    {.at = "status", .outcome = OBOL_SUCCEEDED, .doc = "order status 1 to 5, paid at least once"},
    {0},
};
/* clang-format on */

#define ASK                                                                                        \
    .request_line = "GET /v1/subscriber/{customer.id}/entitlement", .effect = OBOL_NO_EFFECT,      \
    .found_by = OBOL_BY_NOTHING, .repeat_safe = OBOL_YES,                                          \
    .source = "AppWheel documentation, UserBenefits/JS", .request = request, .outcomes = outcomes

const struct obol_operation obol_appwheel_entitlement_get = {
    .name = "entitlement.get",
    ASK,
    .reply = entitlement_reply,
    .doc = "What a user owns, in force and over.",
};

const struct obol_operation obol_appwheel_subscription_query = {
    .name = "subscription.query",
    ASK,
    .reply = subscription_reply,
    .pick_from = "subscriptions",
    .pick_by = "id",
    .pick_as = "subscription",
    .item_outcomes = subscription_outcomes,
    .doc = "A user's subscriptions, of which one can be picked by its id.",
};
