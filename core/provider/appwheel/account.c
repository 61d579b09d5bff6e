#include "provider/appwheel/appwheel.h"

/* Users, products, invoices and the server's clock (sheet 6.1, 6.2, 6.11 to 6.13). */

static const struct obol_field customer_request[] = {APPWHEEL_CUSTOMER(OBOL_IN_PATH), {0}};
static const struct obol_field customer_of_list[] = {APPWHEEL_CUSTOMER(OBOL_IN_BODY), {0}};
static const struct obol_field no_fields[] = {{0}};

/* clang-format off */
static const struct obol_field customer_reply[] = {
    {.name = "customer_id", .wire = "data.appUserId", .type = OBOL_TEXT,
     .doc = "the id that is in force from now on"},
    {0},
};
/* clang-format on */

const struct obol_operation obol_appwheel_customer_create = {
    .name = "customer.create",
    .request_line = "POST /v1/users/{customer.id}",
    .variant = "*",
    .when = "customer.id",
    .doc = "Makes a user known; to be called before the first purchase, as the client does.",
    .source = "AppWheel JS SDK, initUser; AppWheel documentation, UserBenefits/userid",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_YES,
    .request = customer_request,
    .reply = customer_reply,
    .outcomes = obol_appwheel_done,
};

const struct obol_operation obol_appwheel_customer_create_anonymous = {
    .name = "customer.create",
    .request_line = "POST /v1/users",
    .doc = "Makes a user whose id the provider invents.",
    .source = "AppWheel JS SDK, initUser; AppWheel documentation, UserBenefits/userid",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_NO,
    .request = no_fields,
    .reply = customer_reply,
    .outcomes = obol_appwheel_done,
};

/* clang-format off */
static const struct obol_field product[] = {
    {.name = "id", .wire = "productId", .type = OBOL_TEXT, .flags = OBOL_REQUIRED,
     .doc = "the product's id in every call"},
    {.name = "name", .wire = "referenceName", .type = OBOL_TEXT, .doc = "the merchant's label"},
    {.name = "currency", .wire = "pricingInfo.currency", .type = OBOL_CURRENCY,
     .doc = "of the price"},
    {.name = "price", .wire = "pricingInfo.unit_amount", .type = OBOL_MONEY,
     .as = OBOL_MINOR_NUMBER, .flags = OBOL_SHOWN,
     .doc = "of one unit, or of one period; none where it is no exact amount of its currency"},
    {.name = "interval", .wire = "pricingInfo.recurring", .read = obol_appwheel_read_interval,
     .doc = "the length of a period; none for a one-off price"},
    {.name = "active", .wire = "pricingInfo.active", .type = OBOL_BOOLEAN,
     .doc = "open for new purchases"},
    {0},
};

static const struct obol_field product_list_reply[] = {
    {.name = "products", .wire = "data.skus", .type = OBOL_LIST, .sub = product,
     .doc = "all products of the app"},
    {0},
};
/* clang-format on */

static const struct obol_outcome_row product_list_outcomes[] = {
    APPWHEEL_SUCCESS("data.skus", OBOL_SUCCEEDED, "success"),
    {0},
};

const struct obol_operation obol_appwheel_product_list = {
    .name = "product.list",
    .request_line = "GET /v1/purchase/skus",
    .doc = "All products with their prices.",
    .source = "AppWheel documentation, DisplayingProducts/JS",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_YES,
    .request = no_fields,
    .reply = product_list_reply,
    .outcomes = product_list_outcomes,
};

/* clang-format off */
static const struct obol_field history_request[] = {
    APPWHEEL_CUSTOMER(OBOL_IN_PATH),
    {.name = "items[1].product_id", .type = OBOL_TEXT, .place = OBOL_IN_PATH,
     .flags = OBOL_REQUIRED, .max = 255, .sample = "price_1LGLc9",
     .doc = "the product asked about"},
    {0},
};

static const struct obol_field history_reply[] = {
    {.name = "history.product_id", .wire = "data.productId", .type = OBOL_TEXT,
     .doc = "the product asked about"},
    {.name = "history.has_trialed", .wire = "data.hasTrialed", .type = OBOL_BOOLEAN,
     .as = OBOL_AS_BIT, .doc = "whether the user ever had its trial"},
    {.name = "history.has_paid", .wire = "data.hasPaid", .type = OBOL_BOOLEAN, .as = OBOL_AS_BIT,
     .doc = "whether the user ever paid for it"},
    {.name = "history.in_grace_period", .wire = "data.inGracePeriod", .type = OBOL_BOOLEAN,
     .as = OBOL_AS_BIT, .doc = "whether the user is in its grace period"},
    {.name = "history.auto_renew", .wire = "data.autoRenewStatus", .type = OBOL_BOOLEAN,
     .as = OBOL_AS_BIT, .doc = "whether it will be charged again"},
    {0},
};
/* clang-format on */

const struct obol_operation obol_appwheel_product_history = {
    .name = "product.history",
    .request_line = "GET /v1/subscriber/{customer.id}/product/{items[1].product_id}/history",
    .doc = "What a user has done with a product before.",
    .source = "AppWheel HTTP reference of 2023-03-03, product history; AppWheel-iOS SDK, "
              "AWProductPurchaseState.h",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_YES,
    .request = history_request,
    .reply = history_reply,
    .outcomes = obol_appwheel_done,
};

static const struct obol_word invoice_statuses[] = {
    {.word = "open"}, {.word = "paid"}, {.word = "uncollectible"}, {.word = "void"}, {0}};
static const struct obol_word order_statuses[] = {
    {.word = "incomplete", .wire = "0"},
    {.word = "active", .wire = "1"},
    {.word = "expired", .wire = "2"},
    {.word = "past_due", .wire = "3"},
    {.word = "paused", .wire = "4"},
    {.word = "past_due", .wire = "5"},
    {0},
};

/* Two samples with different fields exist: all but the id may be missing (sheet 6.11). */
/* clang-format off */
static const struct obol_field invoice[] = {
    {.name = "id", .wire = "orderId", .type = OBOL_TEXT, .flags = OBOL_REQUIRED, .doc = "in_..."},
    {.name = "subscription_id", .wire = "originOrderId", .type = OBOL_TEXT, .doc = "sub_..."},
    {.name = "product_id", .wire = "productId", .type = OBOL_TEXT, .doc = "what was billed"},
    {.name = "product_name", .wire = "productReferenceName", .type = OBOL_TEXT,
     .doc = "the merchant's label"},
    {.name = "interval", .wire = "productPeriod", .type = OBOL_INTERVAL,
     .doc = "the length of a period"},
    {.name = "currency", .wire = "payCurrency", .type = OBOL_CURRENCY, .doc = "of the amount"},
    {.name = "amount", .wire = "payPrice", .read = obol_appwheel_read_invoice_amount,
     .configurable = "invoice_price", .doc = "what was paid; zero while it is not"},
    {.name = "status", .wire = "invoiceStatus", .type = OBOL_TEXT, .oneof = invoice_statuses,
     .doc = "of the bill; an open one can be paid at its url"},
    {.name = "subscription_status", .wire = "orderStatus", .type = OBOL_TEXT, .flags = OBOL_KEPT,
     .oneof = order_statuses, .doc = "the subscription's state during the bill"},
    {.name = "paid_ms", .wire = "paidAt", .type = OBOL_TIME, .as = OBOL_AS_TEXT,
     .flags = OBOL_ZERO_IS_NONE, .doc = "when it was paid; none when it was not"},
    {.name = "created_ms", .wire = "invoiceCreatedAt", .type = OBOL_TIME, .as = OBOL_AS_TEXT,
     .flags = OBOL_ZERO_IS_NONE, .doc = "when it was made"},
    {.name = "next_charge_ms", .wire = "billingCycleAnchor", .type = OBOL_TIME,
     .as = OBOL_AS_TEXT, .flags = OBOL_ZERO_IS_NONE, .doc = "the subscription's next charge"},
    {.name = "url", .wire = "hostedInvoiceUrl", .type = OBOL_URL, .doc = "the bill's page"},
    {.name = "pdf_url", .wire = "invoicePdf", .type = OBOL_URL, .doc = "the bill as PDF"},
    {0},
};

static const struct obol_field invoice_list_reply[] = {
    {.name = "invoices", .wire = "data.invoices", .type = OBOL_LIST, .sub = invoice,
     .doc = "the user's bills"},
    {0},
};

static const struct obol_outcome_row invoice_list_outcomes[] = {
    APPWHEEL_SUCCESS("data.invoices", OBOL_SUCCEEDED, "success"),
    {0},
};
/* clang-format on */

const struct obol_operation obol_appwheel_invoice_list = {
    .name = "invoice.list",
    .request_line = "POST /v1/stripe/invoices",
    .doc = "A user's bills.",
    .source = "AppWheel HTTP reference of 2023-03-03, invoices",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_YES,
    .request = customer_of_list,
    .reply = invoice_list_reply,
    .outcomes = invoice_list_outcomes,
};

static const struct obol_field time_reply[] = {
    {.name = "time_s", .wire = "data.remoteTime", .type = OBOL_TIME, .doc = "the server's clock"},
    {0},
};

/* clang-format off */
static const struct obol_outcome_row time_outcomes[] = {
    APPWHEEL_SUCCESS("data.remoteTime", OBOL_SUCCEEDED, "success"),
    {0},
};
/* clang-format on */

const struct obol_operation obol_appwheel_time_get = {
    .name = "time.get",
    .request_line = "GET /v1/system/time",
    .doc = "The server's clock, to see how far off the own one is.",
    .source = "AppWheel-iOS SDK, PurchaseSDK: GET /v1/system/time",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_YES,
    .request = no_fields,
    .reply = time_reply,
    .outcomes = time_outcomes,
};
