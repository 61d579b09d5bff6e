#include "check.h"

#include "schema/decode.h"
#include "schema/encode.h"
#include "schema/nearest.h"
#include "schema/path.h"
#include "schema/types.h"
#include "wire/json.h"

/* What the walkers do with tables that no provider has yet. */

static struct obol_arena arena;

static struct obol_node *parse(const char *text)
{
    return obol_json_parse(&arena, obol_slice_text(text), NULL, NULL);
}

static void paths(void)
{
    obol_arena_init(&arena, 1 << 20);
    struct obol_node *root = parse("{\"a\":{\"b\":[{\"c\":1},{\"c\":2}]},\"d\":null}");
    CHECK_TEXT("2", obol_path_find(root, "a.b[2].c")->text);
    CHECK(obol_path_find(root, "a.b[3].c") == NULL);
    CHECK(obol_path_find(root, "a.b.c") == NULL);
    CHECK(obol_path_find(root, "d.e") == NULL);
    CHECK(obol_path_find(root, "d") != NULL);
    CHECK(obol_path_find(root, "") == NULL);
    struct obol_node *map = obol_node_new(&arena, OBOL_NODE_MAP);
    CHECK(obol_path_put(&arena, map, "x.y", obol_node_integer(&arena, 1)));
    CHECK(obol_path_put(&arena, map, "x.z", obol_node_integer(&arena, 2)));
    CHECK_INT(1, map->count);
    CHECK_TEXT("2", obol_path_find(map, "x.z")->text);
    obol_arena_free(&arena);
}

static const struct obol_field nested[] = {
    {.name = "a", .wire = "a", .type = OBOL_TEXT},
    {.name = "b", .wire = "o.p.b", .type = OBOL_TEXT},
    {.name = "c", .wire = "o.p.c", .type = OBOL_INTEGER, .as = OBOL_AS_TEXT},
    {.name = "d", .wire = "o.d", .type = OBOL_BOOLEAN},
    {.name = "e", .wire = "q.e", .type = OBOL_MONEY, .as = OBOL_MAJOR_NUMBER},
    {.name = "f", .wire = "f", .type = OBOL_MONEY, .as = OBOL_MILLI_TEXT},
    {0},
};

static void nesting(void)
{
    obol_arena_init(&arena, 1 << 20);
    struct obol_record record = obol_record_new(&arena, nested);
    struct obol_buf out;
    obol_buf_init(&out, 1024);
    obol_encode_json(&out, &record, NULL);
    CHECK_TEXT("{}", obol_buf_slice(&out));
    const struct obol_currency *usd = obol_currency_find(obol_slice_text("USD"));
    record.slots[1] = (struct obol_slot){.set = true, .text = obol_slice_text("x\"")};
    record.slots[2] = (struct obol_slot){.set = true, .integer = INT64_MIN};
    record.slots[3] = (struct obol_slot){.set = true, .boolean = true};
    record.slots[4] = (struct obol_slot){.set = true, .integer = 5, .currency = usd};
    record.slots[5] = (struct obol_slot){.set = true, .integer = 888, .currency = usd};
    obol_buf_clear(&out);
    obol_encode_json(&out, &record, NULL);
    CHECK_TEXT("{\"o\":{\"p\":{\"b\":\"x\\\"\",\"c\":\"-9223372036854775808\"},\"d\":true},"
               "\"q\":{\"e\":0.05},\"f\":\"8880\"}",
               obol_buf_slice(&out));
    record.slots[1].set = record.slots[2].set = false;
    obol_buf_clear(&out);
    obol_encode_json(&out, &record, NULL);
    CHECK_TEXT("{\"o\":{\"d\":true},\"q\":{\"e\":0.05},\"f\":\"8880\"}", obol_buf_slice(&out));
    obol_buf_free(&out);
    obol_arena_free(&arena);
}

static const struct obol_field target[] = {
    {.name = "id", .wire = "id", .type = OBOL_TEXT, .place = OBOL_IN_PATH},
    {.name = "from", .wire = "start date", .type = OBOL_TEXT, .place = OBOL_IN_QUERY},
    {.name = "page",
     .wire = "page",
     .type = OBOL_INTEGER,
     .as = OBOL_AS_TEXT,
     .place = OBOL_IN_QUERY},
    {0},
};

static void targets(void)
{
    obol_arena_init(&arena, 1 << 20);
    struct obol_record record = obol_record_new(&arena, target);
    struct obol_buf out;
    struct obol_err err = {0};
    obol_buf_init(&out, 1024);
    CHECK(!obol_encode_target(&out, "GET /a/{id}", &record, &err));
    CHECK_TEXT("id", obol_slice_text(err.field));
    record.slots[0] = (struct obol_slot){.set = true, .text = obol_slice_text("a/b?c#d %")};
    obol_buf_clear(&out);
    CHECK(obol_encode_target(&out, "GET /a/{id}/x", &record, &err));
    CHECK_TEXT("/a/a%2Fb%3Fc%23d%20%25/x", obol_buf_slice(&out));
    record.slots[1] = (struct obol_slot){.set = true, .text = obol_slice_text("2025-01-01 00&00")};
    record.slots[2] = (struct obol_slot){.set = true, .integer = 2};
    obol_buf_clear(&out);
    CHECK(obol_encode_target(&out, "GET /a/{id}", &record, &err));
    CHECK_TEXT("/a/a%2Fb%3Fc%23d%20%25?start%20date=2025-01-01%2000%2600&page=2",
               obol_buf_slice(&out));
    CHECK(!obol_encode_target(&out, "GET /a/{other}", &record, &err));
    CHECK_INT(OBOL_ERR_INTERNAL, err.kind);
    obol_buf_free(&out);
    obol_arena_free(&arena);
}

static void scales(void)
{
    int64_t result = 0;
    CHECK(obol_rescale(5, 0, 2, &result) && result == 500);
    CHECK(obol_rescale(500, 2, 0, &result) && result == 5);
    CHECK(!obol_rescale(505, 2, 0, &result));
    CHECK(!obol_rescale(INT64_MAX, 0, 1, &result));
    CHECK(obol_rescale(INT64_MIN, 2, 2, &result) && result == INT64_MIN);
    CHECK(obol_interval_valid(obol_slice_text("P1M")));
    CHECK(obol_interval_valid(obol_slice_text("P999Y")));
    CHECK(!obol_interval_valid(obol_slice_text("P0M")));
    CHECK(!obol_interval_valid(obol_slice_text("P1")));
    CHECK(!obol_interval_valid(obol_slice_text("PM")));
    CHECK(!obol_interval_valid(obol_slice_text("P1MT1H")));
    CHECK(!obol_interval_valid(obol_slice_text("1M")));
}

static void near(void)
{
    size_t distance = 0;
    CHECK_INT(0, (int64_t)obol_edit_distance(obol_slice_text("amount"), obol_slice_text("amount")));
    CHECK_INT(1, (int64_t)obol_edit_distance(obol_slice_text("amout"), obol_slice_text("amount")));
    CHECK_INT(6, (int64_t)obol_edit_distance(obol_slice_text(""), obol_slice_text("amount")));
    CHECK(obol_is_near(obol_slice_text("curency"), obol_slice_text("currency"), &distance));
    CHECK(!obol_is_near(obol_slice_text("zebra"), obol_slice_text("currency"), &distance));
    char longer[300];
    memset(longer, 'x', sizeof longer);
    CHECK_INT(0, (int64_t)obol_edit_distance(obol_slice(longer, 300), obol_slice(longer, 300)));
}

static const struct obol_field amounts[] = {
    {.name = "currency", .wire = "c", .type = OBOL_CURRENCY},
    {.name = "major", .wire = "major", .type = OBOL_MONEY, .as = OBOL_MAJOR_TEXT},
    {.name = "minor", .wire = "minor", .type = OBOL_MONEY, .as = OBOL_MINOR_NUMBER},
    {.name = "milli", .wire = "milli", .type = OBOL_MONEY, .as = OBOL_MILLI_TEXT},
    {0},
};

static int64_t amount(const char *text, const char *name)
{
    struct obol_reading reading = {.arena = &arena};
    struct obol_node *result = obol_node_new(&arena, OBOL_NODE_MAP);
    struct obol_err err;
    if (!obol_decode(&reading, amounts, parse(text), result, &err))
        return -1;
    const struct obol_node *node = obol_path_find(result, name);
    return node != NULL ? node->integer : -2;
}

static void reading(void)
{
    obol_arena_init(&arena, 1 << 20);
    CHECK_INT(344, amount("{\"c\":\"CNY\",\"major\":3.44}", "major"));
    CHECK_INT(888, amount("{\"c\":\"jpy\",\"major\":\"888.00\"}", "major"));
    CHECK_INT(-1, amount("{\"c\":\"jpy\",\"major\":\"888.01\"}", "major"));
    CHECK_INT(10000, amount("{\"c\":\"USD\",\"major\":1e2}", "major"));
    CHECK_INT(-1, amount("{\"c\":\"USD\",\"major\":\"1e2\"}", "major"));
    CHECK_INT(-1, amount("{\"c\":\"USD\",\"major\":1e-3}", "major"));
    CHECK_INT(-1, amount("{\"c\":\"USD\",\"major\":true}", "major"));
    CHECK_INT(-2, amount("{\"major\":\"1.00\"}", "major"));
    CHECK_INT(-2, amount("{\"c\":\"XAU\",\"major\":\"1.00\"}", "major"));
    CHECK_INT(7, amount("{\"c\":\"USD\",\"minor\":\"7\"}", "minor"));
    CHECK_INT(999, amount("{\"c\":\"USD\",\"milli\":\"9990\"}", "milli"));
    CHECK_INT(-1, amount("{\"c\":\"USD\",\"milli\":\"9995\"}", "milli"));
    CHECK_INT(9995, amount("{\"c\":\"KWD\",\"milli\":\"9995\"}", "milli"));
    obol_arena_free(&arena);
}

/* A fault that there is no room to write down is still one. */
static void full(void)
{
    for (size_t room = 0; room < 2 * sizeof(struct obol_problem) + 64; room += 8) {
        struct obol_arena small;
        obol_arena_init(&small, room);
        struct obol_problems problems = {.arena = &small};
        obol_problem_add(&problems, OBOL_ERR_INVALID, "amount", "expected more than 0");
        struct obol_err err = {0};
        CHECK(!obol_problems_none(&problems, &err));
        CHECK(strcmp(err.message,
                     problems.first != NULL ? "expected more than 0" : "out of memory") == 0);
        obol_arena_free(&small);
    }
}

/* An exact rest or none: what memory is short for may not silently be missing. */
static void rests(void)
{
    static const char text[] = "{\"a\":1,\"b\":{\"c\":[1,2],\"d\":{\"e\":\"x\"}},\"f\":true}";
    obol_arena_init(&arena, 1 << 20);
    struct obol_node *object = parse(text);
    object->first->flags |= OBOL_NODE_CLAIMED;
    for (size_t room = 0; room <= 6; room++) {
        struct obol_arena small;
        obol_arena_init(&small, room * sizeof(struct obol_node));
        struct obol_node result = {.type = OBOL_NODE_MAP};
        /* the object, b, c, d, e and f */
        CHECK(obol_decode_rest(&small, object, &result) == (room == 6));
        CHECK((obol_path_find(&result, "extra.b.d.e") != NULL) == (room == 6));
        CHECK(obol_path_find(&result, "extra.a") == NULL);
        obol_arena_free(&small);
    }
    for (struct obol_node *member = object->first; member != NULL; member = member->next)
        member->flags |= OBOL_NODE_CLAIMED;
    struct obol_node result = {.type = OBOL_NODE_MAP};
    CHECK(obol_decode_rest(&arena, object, &result) && result.count == 0);
    obol_arena_free(&arena);
}

static const struct obol_field sealed[] = {
    {.name = "card.number", .wire = "number", .type = OBOL_SECRET, .max = 19},
    {.name = "key", .type = OBOL_SECRET, .max = 19},
    {0},
};

static size_t problems_of(const struct obol_field *field, struct obol_slice bytes)
{
    struct obol_problems problems = {.arena = &arena};
    struct obol_checking checking = {.arena = &arena, .problems = &problems};
    struct obol_node value = {.type = OBOL_NODE_TEXT, .flags = OBOL_NODE_SECRET, .text = bytes};
    struct obol_slot slot = {0};
    obol_check_secret(&checking, field, &value, &slot);
    CHECK(slot.set == (problems.count == 0));
    return problems.count;
}

/* What goes into a body has to be text; a key of the configuration may be any bytes. */
static void secrets(void)
{
    obol_arena_init(&arena, 1 << 20);
    CHECK_INT(0, (int64_t)problems_of(&sealed[0], obol_slice_text("4242424242424242")));
    CHECK_INT(1, (int64_t)problems_of(&sealed[0], obol_slice_text("\xff\"")));
    CHECK_INT(1, (int64_t)problems_of(&sealed[0], obol_slice_text("42424242424242424242")));
    CHECK_INT(1, (int64_t)problems_of(&sealed[0], obol_slice_text("")));
    CHECK_INT(0, (int64_t)problems_of(&sealed[1], obol_slice_text("\xff\"")));
    obol_arena_free(&arena);
}

int main(void)
{
    return check_run((const struct check_case[]){{"paths", paths},
                                                 {"nested objects", nesting},
                                                 {"targets", targets},
                                                 {"scales and intervals", scales},
                                                 {"nearest names", near},
                                                 {"amounts of a reply", reading},
                                                 {"problems without room", full},
                                                 {"what is left over", rests},
                                                 {"secrets", secrets},
                                                 {0}});
}
