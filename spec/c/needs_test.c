#include "check.h"

#include "schema/check.h"
#include "schema/decode.h"
#include "schema/encode.h"
#include "schema/path.h"
#include "wire/json.h"

/* What makes a value needed, and what need not be readable. */

static struct obol_arena arena;

static struct obol_node *parse(const char *text)
{
    return obol_json_parse(&arena, obol_slice_text(text), NULL, NULL);
}

static const char *const by_card[] = {"visa", "master", NULL};
static const struct obol_field needing[] = {
    {.name = "call.key", .wire = "k", .type = OBOL_TEXT, .flags = OBOL_REQUIRED, .max = 4},
    {.name = "mode", .wire = "m", .type = OBOL_TEXT},
    {.name = "pan", .wire = "p", .type = OBOL_TEXT, .needed_by = "mode", .needed_is = by_card},
    {.name = "browser.depth", .wire = "d", .type = OBOL_TEXT, .as = OBOL_AS_TEXT},
    {.name = "shipping.country", .wire = "s", .type = OBOL_TEXT, .needed_by = "shipping"},
    {.name = "shipping.city", .wire = "t", .type = OBOL_TEXT},
    {0},
};

/* The path of the first problem, or the body. */
static struct obol_slice needed(const char *call, const char *text)
{
    static const char *const none[] = {NULL};
    struct obol_problems problems = {.arena = &arena};
    struct obol_sources sources = {.provider = "x", .all_providers = none, .call = parse(call)};
    struct obol_record record = obol_record_new(&arena, needing);
    if (!obol_check(&record, parse(text), &sources, &problems))
        return problems.first->field;
    struct obol_buf out;
    obol_buf_init(&out, 1024);
    obol_encode_json(&out, &record, NULL);
    struct obol_slice copy = obol_arena_copy(&arena, obol_buf_slice(&out));
    obol_buf_free(&out);
    return copy;
}

static void needs(void)
{
    obol_arena_init(&arena, 1 << 20);
    const char *call = "{\"key\":\"K-1\"}";
    CHECK_TEXT("{\"k\":\"K-1\"}", needed(call, "{}"));
    CHECK_TEXT("call.key", needed("{}", "{}"));
    CHECK_TEXT("call.key", needed("{\"key\":\"K-1001\"}", "{}"));
    CHECK_TEXT("call", needed(call, "{\"call\":{\"key\":\"x\"}}"));
    CHECK_TEXT("pan", needed(call, "{\"mode\":\"visa\"}"));
    CHECK_TEXT("pan", needed(call, "{\"mode\":\"master\"}"));
    CHECK_TEXT("{\"k\":\"K-1\",\"m\":\"visas\"}", needed(call, "{\"mode\":\"visas\"}"));
    CHECK_TEXT("{\"k\":\"K-1\",\"m\":\"visa\",\"p\":\"4\"}",
               needed(call, "{\"mode\":\"visa\",\"pan\":\"4\"}"));
    CHECK_TEXT("shipping.country", needed(call, "{\"shipping\":{\"city\":\"x\"}}"));
    CHECK_TEXT("{\"k\":\"K-1\",\"s\":\"CA\"}", needed(call, "{\"shipping\":{\"country\":\"CA\"}}"));
    CHECK_TEXT("{\"k\":\"K-1\"}", needed(call, "{\"shipping\":{}}"));
    CHECK_TEXT("{\"k\":\"K-1\",\"d\":\"-480\"}", needed(call, "{\"browser\":{\"depth\":-480}}"));
    CHECK_TEXT("mode", needed(call, "{\"mode\":24}"));
    obol_arena_free(&arena);
}

/* What people read decides nothing; what a machine reads has to be readable. */
static void shown(void)
{
    obol_arena_init(&arena, 1 << 20);
    const struct obol_field fields[] = {
        {.name = "at_ms", .wire = "t", .type = OBOL_TIME, .flags = OBOL_SHOWN},
        {.name = "n", .wire = "n", .type = OBOL_INTEGER},
        {0},
    };
    struct obol_reading reading = {.arena = &arena};
    struct obol_node *result = obol_node_new(&arena, OBOL_NODE_MAP);
    struct obol_node *reply = parse("{\"t\":\"soon\",\"n\":1}");
    struct obol_err err = {0};
    CHECK(obol_decode(&reading, fields, reply, result, &err));
    CHECK(obol_decode_rest(&arena, reply, result));
    CHECK(obol_path_find(result, "at_ms") == NULL);
    CHECK_TEXT("soon", obol_path_find(result, "extra.t")->text);
    result = obol_node_new(&arena, OBOL_NODE_MAP);
    CHECK(!obol_decode(&reading, fields, parse("{\"t\":1,\"n\":\"many\"}"), result, &err));
    CHECK_TEXT("1", obol_path_find(result, "at_ms")->text);
    obol_arena_free(&arena);
}

int main(void)
{
    return check_run((const struct check_case[]){
        {"what makes a value needed", needs}, {"what people read", shown}, {0}});
}
