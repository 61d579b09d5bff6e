#include "schema/check.h"

/*
 * The words that every provider shares. A provider that has no row for one ignores it, so that one
 * call can be routed to any account; a word marked OBOL_MUST_FIT changes what is charged or
 * delivered, so an account that cannot carry it out does not fit (its preset is what changes
 * nothing). `[]` stands for any entry of a list.
 */
#define WORD(path, kind)                                                                           \
    {                                                                                              \
        .name = path, .type = kind                                                                 \
    }
#define PERSON(path)                                                                               \
    {                                                                                              \
        .name = path, .type = OBOL_TEXT, .flags = OBOL_PERSONAL                                    \
    }
#define MUST_FIT(path, kind, harmless)                                                             \
    {                                                                                              \
        .name = path, .type = kind, .flags = OBOL_MUST_FIT, .preset = harmless                     \
    }

const struct obol_field obol_uniform_fields[] = {
    WORD("method", OBOL_TEXT),
    WORD("order_id", OBOL_TEXT),
    WORD("amount", OBOL_MONEY),
    WORD("currency", OBOL_CURRENCY),
    WORD("description", OBOL_TEXT),
    WORD("items[].product_id", OBOL_ANY),
    WORD("items[].name", OBOL_TEXT),
    WORD("items[].price", OBOL_MONEY),
    MUST_FIT("items[].quantity", OBOL_INTEGER, "1"),
    WORD("items[].sku", OBOL_TEXT),
    WORD("items[].url", OBOL_URL),
    {.name = "customer.id", .type = OBOL_ANY, .flags = OBOL_PERSONAL},
    PERSON("customer.ip"),
    PERSON("customer.email"),
    WORD("card.number", OBOL_SECRET),
    WORD("card.cvv", OBOL_SECRET),
    WORD("card.exp_month", OBOL_INTEGER),
    WORD("card.exp_year", OBOL_INTEGER),
    PERSON("card.holder"),
    PERSON("billing.first_name"),
    PERSON("billing.last_name"),
    PERSON("billing.email"),
    PERSON("billing.phone"),
    WORD("billing.country", OBOL_TEXT),
    WORD("billing.state", OBOL_TEXT),
    PERSON("billing.city"),
    PERSON("billing.address"),
    PERSON("billing.street_number"),
    PERSON("billing.zip"),
    PERSON("billing.document"),
    PERSON("shipping.first_name"),
    PERSON("shipping.last_name"),
    PERSON("shipping.email"),
    PERSON("shipping.phone"),
    WORD("shipping.country", OBOL_TEXT),
    WORD("shipping.state", OBOL_TEXT),
    PERSON("shipping.city"),
    PERSON("shipping.address"),
    PERSON("shipping.street_number"),
    PERSON("shipping.zip"),
    PERSON("shipping.document"),
    WORD("browser.accept", OBOL_TEXT),
    WORD("browser.user_agent", OBOL_TEXT),
    WORD("browser.accept_language", OBOL_TEXT),
    WORD("browser.referer", OBOL_TEXT),
    WORD("browser.java_enabled", OBOL_BOOLEAN),
    WORD("browser.color_depth", OBOL_ANY),
    WORD("browser.screen_height", OBOL_ANY),
    WORD("browser.screen_width", OBOL_ANY),
    WORD("browser.time_zone_offset", OBOL_ANY),
    WORD("three_ds", OBOL_BOOLEAN),
    MUST_FIT("interval", OBOL_INTERVAL, NULL),
    MUST_FIT("cycles", OBOL_INTEGER, NULL),
    MUST_FIT("trial_days", OBOL_INTEGER, "0"),
    MUST_FIT("promotion_code", OBOL_TEXT, NULL),
    MUST_FIT("profit_sharing", OBOL_BOOLEAN, "false"),
    WORD("return_url", OBOL_URL),
    WORD("cancel_url", OBOL_URL),
    WORD("notify_url", OBOL_URL),
    WORD("refund_id", OBOL_TEXT),
    WORD("reason", OBOL_TEXT),
    WORD("provider_id", OBOL_TEXT),
    WORD("key", OBOL_TEXT),        /* of the attempt that a query asks about */
    WORD("created_ms", OBOL_TIME), /* when that was made */
    {0},
};
