#include "provider/ruxpay/ruxpay.h"

/* The body's code decides under any HTTP status, also when it stands in quotes; without one nothing
 * is known (sheet 7). 100 to 103 and 301 speak of a payment only where one is asked for. */

/* clang-format off */
const struct obol_outcome_row obol_ruxpay_paid[] = {
    RUXPAY_PAID("redirectUrl"),
    {0},
};

const struct obol_outcome_row obol_ruxpay_outcomes[] = {
    RUXPAY_CODE("201", NULL, OBOL_REJECTED, OBOL_ERR_AUTHENTICATION, "merchant status invalid"),
    RUXPAY_CODE("400", "uniqueId", OBOL_UNKNOWN, OBOL_ERR_PROVIDER, "failed, with a transaction"),
    RUXPAY_CODE("400", NULL, OBOL_REJECTED, OBOL_ERR_PROVIDER, "request failed"),
    RUXPAY_CODE("401", NULL, OBOL_REJECTED, OBOL_ERR_AUTHENTICATION, "wrong merchant or key"),
    RUXPAY_CODE("404", NULL, OBOL_REJECTED, OBOL_ERR_NOT_FOUND, "API or page not found"),
    RUXPAY_CODE("500", NULL, OBOL_REJECTED, OBOL_ERR_INVALID, "request parameter error"),
    RUXPAY_CODE("501", NULL, OBOL_UNKNOWN, OBOL_ERR_CONFLICT, "duplicate transactionId: the first "
                "call with it decides"),
    RUXPAY_CODE("999", NULL, OBOL_UNKNOWN, OBOL_ERR_PROVIDER, "system error"),
    RUXPAY_CODE("121", NULL, OBOL_UNKNOWN, OBOL_ERR_PROVIDER, "a query's code, of no payment"),
    RUXPAY_CODE("122", NULL, OBOL_UNKNOWN, OBOL_ERR_PROVIDER, "query failed: not an answer"),
    RUXPAY_CODE("301", NULL, OBOL_UNKNOWN, OBOL_ERR_PROVIDER, "redirection without redirectUrl"),
    RUXPAY_OTHER,
    {0},
};
/* clang-format on */
