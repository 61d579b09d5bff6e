#include "check.h"

#include "schema/check.h"
#include "schema/decode.h"
#include "schema/encode.h"
#include "schema/outcome.h"
#include "schema/path.h"
#include "schema/types.h"
#include "wire/json.h"

/* The forms in which values are written and read, on tables of their own. */

static struct obol_arena arena;

static struct obol_node *parse(const char *text)
{
    return obol_json_parse(&arena, obol_slice_text(text), NULL, NULL);
}

static const struct obol_field written[] = {
    {.name = "number", .wire = "n", .type = OBOL_MONEY, .as = OBOL_MAJOR_NUMBER},
    {.name = "two", .wire = "t", .type = OBOL_MONEY, .as = OBOL_TWO_PLACES},
    {.name = "digits", .wire = "d", .type = OBOL_INTEGER, .as = OBOL_TWO_DIGITS},
    {.name = "from_ms", .wire = "f", .type = OBOL_TIME, .as = OBOL_SECONDS},
    {0},
};

static void expect_written(const char *currency, int64_t minor, int64_t integer,
                           const char *expected)
{
    struct obol_record record = obol_record_new(&arena, written);
    const struct obol_currency *of = obol_currency_find(obol_slice_text(currency));
    record.slots[0] = (struct obol_slot){.set = true, .integer = minor, .currency = of};
    record.slots[1] = record.slots[0];
    record.slots[2] = (struct obol_slot){.set = true, .integer = integer};
    struct obol_buf out;
    obol_buf_init(&out, 1024);
    obol_encode_json(&out, &record, NULL);
    CHECK_TEXT(expected, obol_buf_slice(&out));
    obol_buf_free(&out);
}

static void amounts(void)
{
    obol_arena_init(&arena, 1 << 20);
    expect_written("CNY", 10, 2, "{\"n\":0.1,\"t\":\"0.10\",\"d\":\"02\"}");
    expect_written("CNY", 39800, 12, "{\"n\":398,\"t\":\"398.00\",\"d\":\"12\"}");
    expect_written("CNY", 1001, 2028, "{\"n\":10.01,\"t\":\"10.01\",\"d\":\"28\"}");
    expect_written("CNY", 7, 2007, "{\"n\":0.07,\"t\":\"0.07\",\"d\":\"07\"}");
    expect_written("CNY", 9999999999, 2000,
                   "{\"n\":99999999.99,\"t\":\"99999999.99\",\"d\":\"00\"}");
    expect_written("JPY", 888, 1, "{\"n\":888,\"t\":\"888.00\",\"d\":\"01\"}");
    expect_written("JPY", 800, 1, "{\"n\":800,\"t\":\"800.00\",\"d\":\"01\"}");
    expect_written("KWD", 1234, 1, "{\"n\":1.234,\"t\":\"1.234\",\"d\":\"01\"}");
    expect_written("KWD", 1230, 1, "{\"n\":1.23,\"t\":\"1.23\",\"d\":\"01\"}");
    expect_written("KWD", 1000, 1, "{\"n\":1,\"t\":\"1.00\",\"d\":\"01\"}");
    obol_arena_free(&arena);
}

/* How many problems a value has, and the first of them. */
static size_t check_value(const struct obol_field *field, struct obol_node value,
                          const char *currency, struct obol_slice *message)
{
    struct obol_problems problems = {.arena = &arena};
    struct obol_checking checking = {.arena = &arena,
                                     .problems = &problems,
                                     .currency = obol_currency_find(obol_slice_text(currency))};
    struct obol_slot slot = {0};
    obol_type_ops(field->type)->check(&checking, field, &value, &slot);
    CHECK(slot.set == (problems.count == 0));
    *message = problems.first != NULL ? problems.first->message : obol_slice(NULL, 0);
    return problems.count;
}

static size_t check_text_value(const struct obol_field *field, const char *text,
                               const char *currency, struct obol_slice *message)
{
    return check_value(field,
                       (struct obol_node){.type = OBOL_NODE_TEXT, .text = obol_slice_text(text)},
                       currency, message);
}

static void limits_of_amounts(void)
{
    static const struct obol_field field = {
        .name = "a", .type = OBOL_MONEY, .as = OBOL_TWO_PLACES, .max = 9};
    struct obol_slice message;
    obol_arena_init(&arena, 1 << 20);
    CHECK_INT(0, (int64_t)check_text_value(&field, "999999999.99", "USD", &message));
    CHECK_INT(1, (int64_t)check_text_value(&field, "1000000000.00", "USD", &message));
    CHECK_TEXT("expected at most 9 digits before the point", message);
    CHECK_INT(0, (int64_t)check_text_value(&field, "999999999", "JPY", &message));
    CHECK_INT(1, (int64_t)check_text_value(&field, "1000000000", "JPY", &message));
    CHECK_INT(0, (int64_t)check_text_value(&field, "999999999.999", "KWD", &message));
    CHECK_INT(0, (int64_t)check_text_value(&field, "1.2340", "CLF", &message));
    CHECK_INT(1, (int64_t)check_text_value(&field, "1.2345", "CLF", &message));
    CHECK_TEXT("expected an amount that the provider can count exactly", message);
    obol_arena_free(&arena);
}

static void digits(void)
{
    static const struct obol_field id = {
        .name = "id", .type = OBOL_TEXT, .flags = OBOL_DIGITS, .max = 20};
    static const struct obol_field pan = {
        .name = "pan", .type = OBOL_SECRET, .flags = OBOL_DIGITS, .min = 12, .max = 19};
    struct obol_slice message;
    struct obol_node node = {.type = OBOL_NODE_NUMBER,
                             .text = obol_slice_text("18446744073709551615")};
    obol_arena_init(&arena, 1 << 20);
    CHECK_INT(0, (int64_t)check_text_value(&id, "18446744073709551615", "USD", &message));
    CHECK_INT(0, (int64_t)check_value(&id, node, "USD", &message));
    CHECK_INT(1, (int64_t)check_text_value(&id, "184467440737095516150", "USD", &message));
    CHECK_TEXT("expected 1 to 20 digits", message);
    CHECK_INT(1, (int64_t)check_text_value(&id, "12a", "USD", &message));
    CHECK_INT(1, (int64_t)check_text_value(&id, "-1", "USD", &message));
    CHECK_INT(1, (int64_t)check_text_value(&id, "", "USD", &message));
    node.flags = OBOL_NODE_FLOAT;
    CHECK_INT(1, (int64_t)check_value(&id, node, "USD", &message));
    node = (struct obol_node){.type = OBOL_NODE_TEXT,
                              .flags = OBOL_NODE_SECRET,
                              .text = obol_slice_text("4300000000000000")};
    CHECK_INT(1, (int64_t)check_value(&id, node, "USD", &message));
    CHECK_INT(0, (int64_t)check_value(&pan, node, "USD", &message));
    node.text = obol_slice_text("4300 0000 0000 0000");
    CHECK_INT(1, (int64_t)check_value(&pan, node, "USD", &message));
    CHECK_TEXT("expected a secret of digits only", message);
    node.text = obol_slice_text("43000000000");
    CHECK_INT(1, (int64_t)check_value(&pan, node, "USD", &message));
    CHECK_TEXT("expected a secret of 12 to 19 bytes", message);
    obol_arena_free(&arena);
}

static const struct obol_field priced[] = {
    {.name = "price", .wire = "price", .type = OBOL_MONEY, .as = OBOL_TWO_PLACES},
    {.name = "call.currency", .wire = "currency", .type = OBOL_CURRENCY},
    {0},
};
static const struct obol_field order[] = {
    {.name = "currency", .wire = "c", .type = OBOL_CURRENCY},
    {.name = "items", .wire = "items", .type = OBOL_LIST, .sub = priced},
    {.name = "three_ds", .wire = "secure", .type = OBOL_BOOLEAN},
    {.name = "browser.user_agent", .wire = "b", .type = OBOL_TEXT, .needed_by = "three_ds"},
    {0},
};

static size_t check_order(const char *text, const char *expected)
{
    static const char *const none[] = {NULL};
    struct obol_problems problems = {.arena = &arena};
    struct obol_sources sources = {.provider = "x", .all_providers = none};
    struct obol_record record = obol_record_new(&arena, order);
    if (!obol_check(&record, parse(text), &sources, &problems)) {
        CHECK_TEXT(expected, problems.first->field);
        return problems.count;
    }
    struct obol_buf out;
    obol_buf_init(&out, 1024);
    obol_encode_json(&out, &record, NULL);
    CHECK_TEXT(expected, obol_buf_slice(&out));
    obol_buf_free(&out);
    return 0;
}

static void calls(void)
{
    obol_arena_init(&arena, 1 << 20);
    CHECK_INT(0, (int64_t)check_order(
                     "{\"currency\":\"EUR\",\"items\":[{\"price\":\"8.8\"}]}",
                     "{\"c\":\"EUR\",\"items\":[{\"price\":\"8.80\",\"currency\":\"EUR\"}]}"));
    CHECK_INT(1, (int64_t)check_order("{\"three_ds\":true}", "browser.user_agent"));
    CHECK_INT(0, (int64_t)check_order("{\"three_ds\":false}", "{\"secure\":false}"));
    CHECK_INT(0, (int64_t)check_order("{\"three_ds\":true,\"browser\":{\"user_agent\":\"x\"}}",
                                      "{\"secure\":true,\"b\":\"x\"}"));
    obol_arena_free(&arena);
}

static const struct obol_field settings[] = {
    {.name = "id", .type = OBOL_TEXT},
    {.name = "url", .type = OBOL_URL, .preset = "https://{id}.a.example/{id}"},
    {.name = "login.name", .type = OBOL_TEXT},
    {.name = "login.password", .type = OBOL_TEXT, .needed_by = "login"},
    {0},
};

/* The address that a configuration comes to, or the first field that is wrong. */
static struct obol_slice configured(const char *text)
{
    struct obol_problems problems = {.arena = &arena};
    struct obol_record record = obol_record_new(&arena, settings);
    if (!obol_check_config(&record, parse(text), &problems))
        return problems.first->field;
    const struct obol_slot *url = obol_record_get(&record, "url");
    return url != NULL ? url->text : obol_slice(NULL, 0);
}

static void configurations(void)
{
    obol_arena_init(&arena, 1 << 20);
    CHECK_TEXT("https://x1.a.example/x1", configured("{\"id\":\"x1\"}"));
    CHECK_TEXT("http://b.example", configured("{\"id\":\"x\",\"url\":\"http://b.example\"}"));
    CHECK_TEXT("", configured("{}"));
    CHECK_TEXT("url", configured("{\"id\":\"evil.example/\"}"));
    CHECK_TEXT("login.password", configured("{\"id\":\"x\",\"login\":{\"name\":\"n\"}}"));
    CHECK_TEXT("https://x.a.example/x", configured("{\"id\":\"x\",\"login\":{\"name\":\"n\","
                                                   "\"password\":\"p\"}}"));
    obol_arena_free(&arena);
}

/* What an operation takes from the account and the call has to be there too. */
static void sources_that_lack(void)
{
    static const char *const none[] = {NULL};
    static const struct obol_field rows[] = {
        {.name = "account.id", .wire = "i", .type = OBOL_TEXT, .flags = OBOL_REQUIRED},
        {.name = "call.key", .wire = "k", .type = OBOL_TEXT, .flags = OBOL_REQUIRED},
        {.name = "call.nonce", .wire = "n", .type = OBOL_TEXT},
        {0},
    };
    obol_arena_init(&arena, 1 << 20);
    struct obol_record account = obol_record_new(&arena, settings);
    struct obol_record record = obol_record_new(&arena, rows);
    struct obol_problems problems = {.arena = &arena};
    struct obol_sources sources = {
        .account = &account, .call = parse("{}"), .provider = "x", .all_providers = none};
    CHECK(!obol_check(&record, parse("{}"), &sources, &problems));
    CHECK_INT(2, (int64_t)problems.count);
    CHECK_TEXT("account.id", problems.first->field);
    problems = (struct obol_problems){.arena = &arena};
    account.slots[0] = (struct obol_slot){.set = true, .text = obol_slice_text("x")};
    sources.call = parse("{\"key\":\"k\"}");
    CHECK(obol_check(&record, parse("{}"), &sources, &problems));
    obol_arena_free(&arena);
}

/* A currency of null is one that is left out. */
static void currencies(void)
{
    static const struct obol_field fields[] = {
        {.name = "amount", .wire = "a", .type = OBOL_MONEY},
        {.name = "currency", .wire = "c", .type = OBOL_CURRENCY},
        {0},
    };
    static const struct {
        const char *json, *code;
    } cases[] = {{"{\"a\":1}", "CNY"},
                 {"{\"a\":1,\"c\":null}", "CNY"},
                 {"{\"a\":1,\"c\":\"usd\"}", "USD"},
                 {"{\"a\":1,\"c\":\"xx\"}", NULL}};
    obol_arena_init(&arena, 1 << 20);
    struct obol_reading reading = {.arena = &arena,
                                   .currency = obol_currency_find(obol_slice_text("CNY"))};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct obol_node *result = obol_node_new(&arena, OBOL_NODE_MAP);
        CHECK(obol_decode(&reading, fields, parse(cases[i].json), result, NULL));
        const struct obol_node *amount = obol_path_find(result, "amount");
        CHECK((amount != NULL) == (cases[i].code != NULL));
        if (amount != NULL)
            CHECK_TEXT(cases[i].code, amount->text);
    }
    obol_arena_free(&arena);
}

static int64_t time_as(enum obol_as as, const char *json, const char *name, int zone_minutes)
{
    const struct obol_field fields[] = {{.name = name, .wire = "t", .type = OBOL_TIME, .as = as},
                                        {0}};
    struct obol_reading reading = {.arena = &arena, .zone_minutes = zone_minutes};
    struct obol_node *result = obol_node_new(&arena, OBOL_NODE_MAP);
    struct obol_err err;
    int64_t value = -2;
    if (!obol_decode(&reading, fields, parse(json), result, &err))
        return -1;
    return obol_node_int64(obol_path_find(result, name), &value) ? value : -2;
}

static int64_t time_of(const char *json, const char *name, int zone_minutes)
{
    return time_as(OBOL_AS_PLAIN, json, name, zone_minutes);
}

static void seconds_as_milliseconds(void)
{
    obol_arena_init(&arena, 1 << 20);
    CHECK_INT(1568790700000, time_as(OBOL_SECONDS, "{\"t\":1568790700}", "x_ms", 480));
    CHECK_INT(1568790700000, time_as(OBOL_SECONDS, "{\"t\":\"1568790700\"}", "x_ms", 480));
    CHECK_INT(1568790700000, time_as(OBOL_SECONDS, "{\"t\":1568790700.25}", "x_ms", 480));
    CHECK_INT(1539335890992,
              time_as(OBOL_SECONDS, "{\"t\":\"2018-10-12T17:18:10.992125\"}", "x_ms", 480));
    CHECK_INT(9223372036854775000, time_as(OBOL_SECONDS, "{\"t\":9223372036854775}", "x_ms", 480));
    CHECK_INT(-1, time_as(OBOL_SECONDS, "{\"t\":9223372036854776}", "x_ms", 480));
    struct obol_record record = obol_record_new(&arena, written);
    struct obol_buf out;
    obol_buf_init(&out, 1024);
    record.slots[3] = (struct obol_slot){.set = true, .integer = 1568790700999};
    obol_encode_json(&out, &record, NULL);
    CHECK_TEXT("{\"f\":1568790700}", obol_buf_slice(&out));
    obol_buf_free(&out);
    obol_arena_free(&arena);
}

/* The expected values are those of `date -u -d ... +%s`. */
static void times(void)
{
    obol_arena_init(&arena, 1 << 20);
    CHECK_INT(1539335890992, time_of("{\"t\":\"2018-10-12T17:18:10.992125\"}", "x_ms", 480));
    CHECK_INT(1539335890, time_of("{\"t\":\"2018-10-12T17:18:10.992125\"}", "x_s", 480));
    CHECK_INT(1574410166903, time_of("{\"t\":\"2019-11-22T16:09:26.903210+08:00\"}", "x_ms", 0));
    CHECK_INT(1574410166903, time_of("{\"t\":\"2019-11-22T08:09:26.903Z\"}", "x_ms", 480));
    CHECK_INT(1582934400, time_of("{\"t\":\"2020-02-29 00:00:00\"}", "x_s", 0));
    CHECK_INT(951782400, time_of("{\"t\":\"2000-02-29 00:00:00\"}", "x_s", 0));
    CHECK_INT(0, time_of("{\"t\":\"1970-01-01T08:00:00\"}", "x_s", 480));
    CHECK_INT(1568790700, time_of("{\"t\":1568790700}", "x_s", 480));
    CHECK_INT(1568790700, time_of("{\"t\":\"1568790700\"}", "x_s", 480));
    CHECK_INT(-2, time_of("{\"t\":null}", "x_s", 480));
    CHECK_INT(-2, time_of("{\"t\":\"\"}", "x_s", 480));
    static const char *const wrong[] = {
        "2018-13-12T17:18:10",
        "2018-10-32T17:18:10",
        "2018-10-12T24:18:10",
        "2018-10-12T17:60:10",
        "2018-10-12",
        "2018-10-12T17:18",
        "2018-10-12T17:18:10.",
        "2018-10-12T17:18:10x",
        "2018-10-12T17:18:10+15:00",
        "1969-12-31T23:59:59",
        "2018/10/12 17:18:10",
        "2018-10-12T17:18:10+08:0",
        "1970-01-01T07:59:59",
        "2018-10-12T17:18:10ZZ",
        "-2018-10-12T17:18:10",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char json[64];
        snprintf(json, sizeof json, "{\"t\":\"%s\"}", wrong[i]);
        CHECK_INT(-1, time_of(json, "x_s", 480));
    }
    obol_arena_free(&arena);
}

static const struct obol_outcome_row twofold[] = {
    {.at = "data.status", .is = "1", .and_at = "status", .and_is = "1", .outcome = OBOL_SUCCEEDED},
    {.at = "data.status", .is = "-1", .and_at = "status", .and_is = "1", .outcome = OBOL_DECLINED},
    {.at = "error", .and_at = "http_status", .and_is = "4xx", .outcome = OBOL_REJECTED},
    {0},
};

static enum obol_outcome outcome_of(const char *json, int status)
{
    const struct obol_outcome_row *row = obol_outcome_match(twofold, parse(json), status);
    return row != NULL ? row->outcome : OBOL_UNKNOWN;
}

static void outcomes(void)
{
    obol_arena_init(&arena, 1 << 20);
    CHECK(outcome_of("{\"status\":1,\"data\":{\"status\":1}}", 200) == OBOL_SUCCEEDED);
    CHECK(outcome_of("{\"status\":1,\"data\":{\"status\":-1}}", 200) == OBOL_DECLINED);
    CHECK(outcome_of("{\"status\":1,\"data\":{\"status\":\"-1\"}}", 200) == OBOL_UNKNOWN);
    CHECK(outcome_of("{\"status\":0,\"data\":{\"status\":1}}", 200) == OBOL_UNKNOWN);
    CHECK(outcome_of("{\"data\":{\"status\":1}}", 200) == OBOL_UNKNOWN);
    CHECK(outcome_of("{\"error\":\"x\"}", 404) == OBOL_REJECTED);
    CHECK(outcome_of("{\"error\":\"x\"}", 500) == OBOL_UNKNOWN);
    obol_arena_free(&arena);
}

int main(void)
{
    return check_run(
        (const struct check_case[]){{"amounts as written", amounts},
                                    {"limits of amounts", limits_of_amounts},
                                    {"ids and cards of digits", digits},
                                    {"what a call needs", calls},
                                    {"what a configuration needs", configurations},
                                    {"what sources lack", sources_that_lack},
                                    {"currencies of null", currencies},
                                    {"times", times},
                                    {"seconds as milliseconds", seconds_as_milliseconds},
                                    {"outcomes with two places", outcomes},
                                    {0}});
}
