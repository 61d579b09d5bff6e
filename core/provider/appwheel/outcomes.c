#include "provider/appwheel/appwheel.h"

/* The envelope decides under any HTTP status (sheet 5); codes 0 and 200 are success. */
const struct obol_outcome_row obol_appwheel_done[] = {
    APPWHEEL_SUCCESS(NULL, OBOL_SUCCEEDED, "success"),
    {0},
};

#define REFUSED(number, why, text)                                                                 \
    {                                                                                              \
        .at = "code", .is = number, .outcome = OBOL_REJECTED, .kind = why, .doc = text             \
    }
#define UNSURE(number, text)                                                                       \
    {                                                                                              \
        .at = "code", .is = number, .outcome = OBOL_UNKNOWN, .kind = OBOL_ERR_PROVIDER,            \
        .retryable = true, .doc = text                                                             \
    }
#define STATUS(number, result, why, text)                                                          \
    {                                                                                              \
        .at = "http_status", .is = number, .outcome = result, .kind = why, .doc = text             \
    }

/* clang-format off */
const struct obol_outcome_row obol_appwheel_outcomes[] = {
    /* sheet 8, the Stripe family */
    REFUSED("205001", OBOL_ERR_INVALID, "ErrAwPurchaseSkuIncomplete: complete the SKU's data"),
    REFUSED("205002", OBOL_ERR_PROVIDER, "ErrAwPurchaseStripeApi: refused by Stripe"),
    REFUSED("205003", OBOL_ERR_CONFLICT, "ErrAwPurchaseSameGroupProduct: choose another SKU"),
    REFUSED("205004", OBOL_ERR_NOT_FOUND, "ErrAwPurchaseUserIncomplete: initialise the user first"),
    REFUSED("205005", OBOL_ERR_NOT_FOUND, "ErrAwPurchaseOrderNotExist: check the order id"),
    REFUSED("205006", OBOL_ERR_NOT_FOUND,
            "ErrAwPurchaseCheckoutNotExist: no such checkout session"),
    REFUSED("205007", OBOL_ERR_INVALID, "ErrAwPurchaseSkuNotSameGroup: choose another SKU"),
    /* sheet 8, server-looking codes of the iOS header; what they answer is not documented */
    REFUSED("10000", OBOL_ERR_AUTHENTICATION, "API secret error"),
    REFUSED("10001", OBOL_ERR_AUTHENTICATION, "API cert error"),
    REFUSED("10002", OBOL_ERR_INVALID, "client parameter error"),
    UNSURE("10100", "SQL error"),
    UNSURE("10101", "data error"),
    UNSURE("10200", "Redis error"),
    /* a code that no list names says nothing about the money */
    {.at = "code", .outcome = OBOL_UNKNOWN, .kind = OBOL_ERR_PROVIDER, .doc = "a code not listed"},
    /* without an envelope only the status is left: something in front of AppWheel answered */
    STATUS("400", OBOL_REJECTED, OBOL_ERR_INVALID, "HTTP 400 without an envelope"),
    STATUS("401", OBOL_REJECTED, OBOL_ERR_AUTHENTICATION, "HTTP 401 without an envelope"),
    STATUS("403", OBOL_REJECTED, OBOL_ERR_AUTHENTICATION, "HTTP 403 without an envelope"),
    STATUS("404", OBOL_REJECTED, OBOL_ERR_NOT_FOUND, "HTTP 404 without an envelope"),
    STATUS("405", OBOL_REJECTED, OBOL_ERR_INVALID, "HTTP 405 without an envelope"),
    STATUS("413", OBOL_REJECTED, OBOL_ERR_INVALID, "HTTP 413 without an envelope"),
    {.at = "http_status", .is = "429", .outcome = OBOL_REJECTED, .kind = OBOL_ERR_RATE_LIMITED,
     .retryable = true, .doc = "HTTP 429 without an envelope"},
    {.at = "http_status", .outcome = OBOL_UNKNOWN, .kind = OBOL_ERR_PROVIDER,
     .doc = "any other answer without an envelope"},
    {0},
};
/* clang-format on */
