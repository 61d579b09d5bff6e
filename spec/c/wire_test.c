#include "check.h"
#include "money/decimal.h"
#include "wire/form.h"
#include "wire/json.h"
#include "wire/url.h"

static struct obol_arena arena;
static struct obol_err err;

static struct obol_node *parse(const char *text, const struct obol_json_limits *limits)
{
    obol_arena_free(&arena);
    obol_arena_init(&arena, OBOL_CEILING_REPLY);
    err = (struct obol_err){0};
    return obol_json_parse(&arena, obol_slice_text(text), limits, &err);
}

static void json_keeps_the_bytes(void)
{
    static const char text[] = " { \"a\" : [ 1.50 , \"x\\u0041\" ] } ";
    struct obol_node *map = parse(text, NULL);
    if (!CHECK(map != NULL))
        return;
    struct obol_node *list = obol_node_at(map, "a");
    CHECK_TEXT("{ \"a\" : [ 1.50 , \"x\\u0041\" ] }", map->raw);
    CHECK_TEXT("[ 1.50 , \"x\\u0041\" ]", list->raw);
    CHECK_TEXT("1.50", list->first->text);
    CHECK(list->first->text.data == text + 11); /* borrowed */
    CHECK_TEXT("\"x\\u0041\"", list->last->raw);
    CHECK_TEXT("xA", list->last->text);
}

static void json_has_limits(void)
{
    const struct obol_json_limits limits = {.bytes = 20, .depth = 2, .members = 4};
    CHECK(parse("[[1,2]]", &limits) != NULL);
    CHECK(parse("[[1,2,3]]", &limits) == NULL);
    CHECK_TEXT("more values than allowed at byte 6", obol_slice_text(err.message));
    CHECK(parse("[[[]]]", &limits) == NULL);
    CHECK_TEXT("deeper than allowed at byte 2", obol_slice_text(err.message));
    CHECK(parse("\"123456789012345678\"", &limits) != NULL);
    CHECK(parse("\"1234567890123456789\"", &limits) == NULL);
    CHECK_INT(OBOL_ERR_INVALID, err.kind);
}

static void json_stays_within_its_arena(void)
{
    struct obol_arena small;
    obol_arena_init(&small, 1000);
    CHECK(obol_json_parse(&small, obol_slice_text("[1,2,3,4,5,6,7,8,9,0]"), NULL, &err) == NULL);
    CHECK_TEXT("more memory needed than allowed", obol_slice(err.message, 31));
    obol_arena_free(&small);
}

static void json_write_fails_whole(void)
{
    struct obol_buf out;
    obol_buf_init(&out, 8);
    CHECK(obol_json_write(&out, parse("\"123456\"", NULL), NULL));
    obol_buf_clear(&out);
    CHECK(!obol_json_write(&out, parse("\"1234567\"", NULL), &err));
    CHECK_TEXT("document is longer than allowed", obol_slice_text(err.message));
    obol_buf_free(&out);
}

static void json_write_names_the_place(void)
{
    struct obol_buf out;
    obol_buf_init(&out, 100);
    struct obol_node *map = parse("{\"items\":[{\"price\":1},{\"price\":\"x\"}]}", NULL);
    struct obol_node *price = map->first->last->first;
    price->text = obol_slice("\xff", 1);
    CHECK(!obol_json_write(&out, map, &err));
    CHECK_TEXT("items[2].price", obol_slice_text(err.field));
    price->type = OBOL_NODE_MONEY;
    CHECK(!obol_json_write(&out, map, &err));
    CHECK_TEXT("items[2].price", obol_slice_text(err.field));
    obol_buf_free(&out);
}

static void error_paths_are_cut(void)
{
    obol_fail(&err, OBOL_ERR_INVALID, NULL, "x");
    for (int i = 0; i < 40; i++)
        obol_err_in_member(&err, "member", 6);
    CHECK_INT(OBOL_ERR_FIELD_MAX - 1, (int64_t)strlen(err.field));
    obol_fail(&err, OBOL_ERR_INVALID, "c", "x");
    obol_err_in_member(&err, "\x01", 1);
    obol_err_in_item(&err, 3);
    obol_err_in_member(&err, "a", 1);
    CHECK_TEXT("a[3].?.c", obol_slice_text(err.field));
}

static void padded_amounts(void)
{
    static const struct {
        const char *text;
        int places;
        int64_t minor; /* -1: refused */
    } cases[] = {
        {"888.00", 0, 888}, {"888", 0, 888},      {"888.01", 0, -1}, {"3.4400", 2, 344},
        {"3.4401", 2, -1},  {"3.44", 2, 344},     {"888.", 0, -1},   {"888.0 ", 0, -1},
        {"0.000", 2, 0},    {"1.2345", 4, 12345},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t minor = -1;
        struct obol_slice text = obol_slice_text(cases[i].text);
        CHECK(obol_decimal_parse_padded(text, cases[i].places, &minor, &err) ==
              (cases[i].minor >= 0));
        CHECK_INT(cases[i].minor, minor);
    }
}

/* A JSON number may have an exponent; Java writes some amounts so. */
static void number_with_exponent(void)
{
    static const struct {
        const char *text;
        int places;
        int64_t minor; /* INT64_MIN: refused */
    } cases[] = {
        {"3.44E0", 2, 344},
        {"3.44e+0", 2, 344},
        {"344E-2", 2, 344},
        {"0.344e1", 2, 344},
        {"-3.44E0", 2, -344},
        {"1e3", 2, 100000},
        {"0e5", 2, 0},
        {"344e-3", 2, INT64_MIN},
        {"3.440e0", 2, 344},
        {"1e-20", 2, INT64_MIN},
        {"1e20", 0, INT64_MIN},
        {"9e18", 0, INT64_C(9000000000000000000)},
        {"1e21", 0, INT64_MIN},
        {"e1", 2, INT64_MIN},
        {"-e1", 2, INT64_MIN},
        {"1e", 2, INT64_MIN},
        {"1e1.0", 2, INT64_MIN},
        {"1e1e1", 2, INT64_MIN},
        {"12345678901234567890123456789012345678901234567890e-40", 2, INT64_MIN},
        {"373", 2, 37300},
        {"373.0", 2, 37300},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t minor = INT64_MIN;
        struct obol_slice text = obol_slice_text(cases[i].text);
        CHECK(obol_decimal_parse_number(text, cases[i].places, &minor, &err) ==
              (cases[i].minor != INT64_MIN));
        CHECK_INT(cases[i].minor, minor);
    }
}

static void url_userinfo(void)
{
    struct obol_url url;
    struct obol_slice text = obol_slice_text("redis://user:pass@host:6379/0");
    CHECK(!obol_url_parse(text, &url, &err));
    CHECK_TEXT("expected a URL without a user name or password", obol_slice_text(err.message));
    CHECK(obol_url_parse_userinfo(text, &url, &err));
    CHECK_TEXT("user:pass", url.userinfo);
    CHECK_TEXT("host", url.host);
    CHECK_TEXT("6379", url.port);
    CHECK_TEXT("/0", url.path);
}

static void form_has_a_limit(void)
{
    struct obol_buf text;
    obol_buf_init(&text, OBOL_CEILING_SMALL);
    for (int i = 0; i < 1024; i++)
        obol_buf_add_format(&text, "%sa%d=", i != 0 ? "&" : "", i);
    (void)parse("0", NULL);
    CHECK(obol_form_parse(&arena, obol_buf_slice(&text), &err) != NULL);
    obol_buf_add_text(&text, "&b=");
    CHECK(obol_form_parse(&arena, obol_buf_slice(&text), &err) == NULL);
    obol_buf_free(&text);
}

int main(void)
{
    static const struct check_case cases[] = {
        {"JSON keeps the bytes of every value", json_keeps_the_bytes},
        {"JSON has limits", json_has_limits},
        {"JSON stays within its arena", json_stays_within_its_arena},
        {"JSON is written whole or not at all", json_write_fails_whole},
        {"JSON that cannot be written: where", json_write_names_the_place},
        {"paths of errors are cut, names in them plain", error_paths_are_cut},
        {"amounts with further zeros", padded_amounts},
        {"amounts with an exponent", number_with_exponent},
        {"URLs with userinfo", url_userinfo},
        {"forms have a limit", form_has_a_limit},
        {0},
    };
    int status = check_run(cases);
    obol_arena_free(&arena);
    return status;
}
