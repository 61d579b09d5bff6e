#include "provider/fourmetas/fourmetas.h"

/* Creating an order (sheet 4), asking about it (6), and what a callback says of it (7). */

/* clang-format off */
static const struct obol_field create_request[] = {
    {.name = "customer.id", .wire = "thirdId", .type = OBOL_INTEGER,
     .flags = OBOL_REQUIRED | OBOL_PERSONAL, .min = 1, .max = INT64_MAX, .sample = "167123123123",
     .doc = "the player's user id at 4metas"},
    {.name = "items[1].product_id", .wire = "goodId", .type = OBOL_INTEGER, .flags = OBOL_REQUIRED,
     .min = 1, .max = INT32_MAX, .sample = "1", .doc = "the game's item, returned unchanged"},
    {.name = "account.game_id", .wire = "gameId", .type = OBOL_INTEGER, .doc = "the game"},
    {.name = "amount", .wire = "rechargeAmount", .type = OBOL_MONEY, .as = OBOL_MAJOR_NUMBER,
     .flags = OBOL_REQUIRED, .max = 9, .sample = "3.44", .doc = "US dollars, two places at most"},
    {.name = "currency", .type = OBOL_CURRENCY, .place = OBOL_NOWHERE,
     .flags = OBOL_REQUIRED, .sample = "USD",
     .doc = "USD; the wire has no place for it"},
    {.name = "notify_url", .wire = "notify_url", .type = OBOL_URL, .max = 512,
     .sample = "https://shop.example/notify/games",
     .doc = "the server's callback; without it none is sent", .configurable = "notify_url"},
    {.name = "return_url", .wire = "page_url", .type = OBOL_URL, .flags = OBOL_ANY_SCHEME,
     .max = 512, .sample = "game://paid", .doc = "where the pay page returns; it proves nothing"},
    {.name = "call.key", .type = OBOL_TEXT, .place = OBOL_NOWHERE, .doc = "goes into `extra`"},
    {.name = "order_id", .type = OBOL_TEXT, .place = OBOL_NOWHERE, .flags = OBOL_BYTES, .max = 512,
     .sample = "A-1001", .doc = "goes into `extra`"},
    {.name = "extra.fourmetas.echo", .type = OBOL_TEXT, .place = OBOL_NOWHERE, .flags = OBOL_BYTES,
     .max = 1024, .sample = "server 7", .doc = "the caller's own text, the end of `extra`"},
    {.name = "extra_text", .wire = "extra", .type = OBOL_TEXT, .make = obol_fourmetas_make_extra,
     .doc = "key, order and echo with | between, 1024 bytes at most; returned unchanged"},
    {0},
};

static const struct obol_field create_reply[] = {
    {.name = "provider_id", .wire = "data", .type = OBOL_TEXT, .flags = OBOL_REQUIRED,
     .read = obol_fourmetas_read_id, .doc = "the order's id, up to 19 digits"},
    {.name = "action.url", .type = OBOL_URL, .read = obol_fourmetas_read_page,
     .doc = "the pay page, with its fragment; show one for each purchase"},
    {0},
};

static const struct obol_outcome_row create_outcomes[] = {
    {.at = "http_status", .is = "!200", .outcome = OBOL_UNKNOWN, .kind = OBOL_ERR_PROVIDER,
     .doc = "every envelope comes with HTTP 200"},
    {.at = "status", .is = "1", .has = "data", .outcome = OBOL_ACCEPTED,
     .doc = "created, not paid"},
    {.at = "status", .is = "1", .outcome = OBOL_UNKNOWN, .kind = OBOL_ERR_PROVIDER,
     .doc = "created without an id"},
    {.at = "status", .is = OBOL_ANY_INTEGER, .outcome = OBOL_REJECTED, .kind = OBOL_ERR_INVALID,
     .doc = "not created"},
    {0},
};

#define ORDER(at)                                                                                  \
    {.name = "provider_id", .wire = at "orderId", .type = OBOL_TEXT, .as = OBOL_AS_TEXT,           \
     .flags = OBOL_REQUIRED, .doc = "the order's id"},                                             \
    {.name = "customer_id", .wire = at "userId", .type = OBOL_TEXT, .as = OBOL_AS_TEXT,            \
     .flags = OBOL_REQUIRED, .doc = "the player, thirdId when it was created"},                    \
    {.name = "product_id", .wire = at "goodId", .type = OBOL_TEXT, .as = OBOL_AS_TEXT,             \
     .flags = OBOL_REQUIRED, .doc = "the item"},                                                   \
    {.name = "game_id", .wire = at "gameId", .type = OBOL_INTEGER, .flags = OBOL_REQUIRED,         \
     .same_as = "game_id", .doc = "the game, which has to be the account's"},                      \
    {.name = "amount", .wire = at "rechargeAmount", .type = OBOL_MONEY, .as = OBOL_MAJOR_NUMBER,   \
     .flags = OBOL_REQUIRED, .doc = "US dollars"}

static const struct obol_field query_request[] = {
    {.name = "provider_id", .wire = "id", .type = OBOL_INTEGER, .flags = OBOL_REQUIRED, .min = 1,
     .max = INT64_MAX, .sample = "1738513709476610049", .doc = "the order's id"},
    {0},
};

static const struct obol_field query_reply[] = {
    ORDER("data."),
    {.name = "state", .wire = "data.status", .type = OBOL_INTEGER, .flags = OBOL_REQUIRED,
     .doc = "0 paying, -1 closed, 1 paid"},
    {.name = "created_ms", .wire = "data.createTime", .type = OBOL_TIME, .flags = OBOL_SHOWN,
     .doc = "when it was made, taken as UTC+8; for display", .configurable = "none"},
    {0},
};

/* The outer `status` is the call's, the inner the order's: 1 means something else in each. */
static const struct obol_outcome_row query_outcomes[] = {
    {.at = "http_status", .is = "!200", .outcome = OBOL_UNKNOWN, .kind = OBOL_ERR_PROVIDER,
     .doc = "every envelope comes with HTTP 200"},
    {.at = "status", .is = "1", .and_at = "data.status", .and_is = "1", .outcome = OBOL_SUCCEEDED,
     .doc = "paid"},
    {.at = "status", .is = "1", .and_at = "data.status", .and_is = "0", .outcome = OBOL_ACCEPTED,
     .doc = "not paid yet"},
    {.at = "status", .is = "1", .and_at = "data.status", .and_is = "-1", .outcome = OBOL_DECLINED,
     .status = "expired", .kind = OBOL_ERR_DECLINED, .doc = "closed, cannot be paid any more"},
    {0},
};

static const struct obol_field callback[] = {
    ORDER(""),
    {.name = "state", .wire = "status", .type = OBOL_INTEGER, .flags = OBOL_REQUIRED,
     .doc = "1 paid"},
    {.name = "key", .type = OBOL_TEXT, .read = obol_fourmetas_read_key,
     .doc = "the attempt, from the beginning of `extra`"},
    {.name = "order_id", .type = OBOL_TEXT, .read = obol_fourmetas_read_order_id,
     .doc = "the order, from the middle of `extra`"},
    {.name = "echo", .type = OBOL_TEXT, .read = obol_fourmetas_read_echo,
     .doc = "the caller's own text, from its end"},
    {.name = "extra_text", .wire = "extra", .type = OBOL_TEXT, .read = obol_fourmetas_read_extra,
     .doc = "the whole of `extra`; empty where none came back"},
    {0},
};

static const struct obol_outcome_row callback_outcomes[] = {
    {.at = "status", .is = "1", .outcome = OBOL_SUCCEEDED, .doc = "paid"},
    {0},
};
/* clang-format on */

static const char *const callback_id[] = {"orderId", "status", NULL};

const struct obol_notification obol_fourmetas_notifications[] = {
    {
        .type = "payment",
        .fields = callback,
        .outcomes = callback_outcomes,
        .id_of = callback_id,
        .confirm = OBOL_CONFIRM_UNLESS_OFF,
        .doc = "An order was paid: the only callback there is.",
        .source = "4metas partner documentation, recharge/app; the sealing is taken as usual",
    },
    {0},
};

const struct obol_operation obol_fourmetas_payment_create = {
    .name = "payment.create",
    .request_line = "POST /formetas/thirdRecharge/createThirdOrder",
    .doc = "An order that a player may pay on the pay page.",
    .source = "4metas partner documentation, create an order",
    .effect = OBOL_OFFER,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_YES,
    .found_with = "payment.query",
    .request = create_request,
    .reply = create_reply,
    .outcomes = create_outcomes,
};

const struct obol_operation obol_fourmetas_payment_query = {
    .name = "payment.query",
    .request_line = "POST /formetas/thirdRecharge/queryMyOrder",
    .doc = "What became of an order.",
    .source = "4metas partner documentation, query an order",
    .effect = OBOL_NO_EFFECT,
    .found_by = OBOL_BY_NOTHING,
    .repeat_safe = OBOL_YES,
    .request = query_request,
    .reply = query_reply,
    .outcomes = query_outcomes,
};
