#include "check.h"

#include "schema/selfcheck.h"

/* Each case breaks one rule of a table that keeps all of them, and has to be found out. */

static const struct obol_word words[] = {{.word = "a"}, {.word = "b"}, {0}};
static const struct obol_word no_words[] = {{0}};

static struct obol_field request[4], reply[3], config[2];
static struct obol_outcome_row outcomes[3], common[2];
static struct obol_operation operation, query;
static const struct obol_operation *operations[3];
static struct obol_provider provider;

static void fresh_rows(void)
{
    struct obol_field good_request[] = {
        {.name = "customer.id",
         .wire = "user",
         .type = OBOL_TEXT,
         .place = OBOL_IN_PATH,
         .flags = OBOL_REQUIRED,
         .sample = "u-7",
         .doc = "the user"},
        {.name = "mode",
         .wire = "o.mode",
         .type = OBOL_TEXT,
         .oneof = words,
         .sample = "a",
         .doc = "the mode"},
        {.name = "count",
         .wire = "o.count",
         .type = OBOL_INTEGER,
         .min = 1,
         .max = 9,
         .sample = "3",
         .doc = "how many"},
        {0},
    };
    struct obol_field good_reply[] = {
        {.name = "provider_id", .wire = "id", .type = OBOL_TEXT, .doc = "the id"},
        {.name = "live", .type = OBOL_BOOLEAN, .preset = "true", .doc = "a constant"},
        {0},
    };
    struct obol_outcome_row good_outcomes[] = {
        {.at = "code", .is = "0", .outcome = OBOL_SUCCEEDED, .doc = "success"},
        {.at = "code", .outcome = OBOL_REJECTED, .kind = OBOL_ERR_INVALID, .doc = "no"},
        {0},
    };
    memcpy(request, good_request, sizeof request);
    memcpy(reply, good_reply, sizeof reply);
    memcpy(outcomes, good_outcomes, sizeof outcomes);
    common[0] = (struct obol_outcome_row){
        .at = "http_status", .outcome = OBOL_UNKNOWN, .kind = OBOL_ERR_PROVIDER, .doc = "else"};
    config[0] = (struct obol_field){
        .name = "key", .type = OBOL_SECRET, .flags = OBOL_REQUIRED, .doc = "the key"};
}

static void fresh(void)
{
    fresh_rows();
    operation = (struct obol_operation){.name = "payment.create",
                                        .request_line = "POST /pay/{customer.id}",
                                        .doc = "Pays.",
                                        .source = "here",
                                        .effect = OBOL_MONEY_MOVES,
                                        .found_by = OBOL_BY_OUR_REF,
                                        .found_with = "payment.query",
                                        .repeat_safe = OBOL_NO,
                                        .request = request,
                                        .reply = reply,
                                        .outcomes = outcomes};
    query = operation;
    query.name = "payment.query";
    query.effect = OBOL_NO_EFFECT;
    operations[0] = &operation;
    operations[1] = &query;
    provider = (struct obol_provider){.name = "acme",
                                      .title = "Acme",
                                      .doc = "pays",
                                      .source = "here",
                                      .config = config,
                                      .operations = operations,
                                      .outcomes = common,
                                      .code_at = "code"};
}

static size_t problems(const char *expected)
{
    struct obol_arena arena;
    obol_arena_init(&arena, 1 << 20);
    struct obol_problems found = {.arena = &arena};
    obol_selfcheck(&provider, &found);
    bool named = expected == NULL;
    for (const struct obol_problem *each = found.first; each != NULL; each = each->next)
        named |= expected != NULL && strstr(each->message.data, expected) != NULL;
    CHECK(named);
    obol_arena_free(&arena);
    fresh();
    return found.count;
}

static void good_table(void)
{
    fresh();
    CHECK_INT(0, (int64_t)problems(NULL));
}

#define FINDS(change, message)                                                                     \
    do {                                                                                           \
        fresh();                                                                                   \
        change;                                                                                    \
        CHECK(problems(message) != 0);                                                             \
    } while (0)

static void declarations(void)
{
    FINDS(operation.effect = OBOL_EFFECT_UNSAID, "an effect");
    FINDS(operation.found_by = OBOL_FOUND_UNSAID, "found_by");
    FINDS(operation.repeat_safe = OBOL_UNSAID, "repeat_safe");
    FINDS(operation.source = NULL, "source");
    FINDS(operation.doc = NULL, "a doc");
    FINDS(operation.found_with = NULL, "found_with");
    FINDS(operation.found_with = "payment.find", "found_with");
    FINDS(operation.proof_with = "entitlement.get", "proof_with");
    FINDS(operation.variant = "one", "when");
    FINDS(operation.outcomes = NULL, "an outcome");
    FINDS(operation.name = "payment", "noun.verb");
    FINDS(operation.request_line = "PAY /x", "a request line");
    FINDS(operation.request = NULL, "a request line, request rows");
}

static void paths(void)
{
    FINDS(operation.request_line = "POST /pay", "a place in the request line");
    FINDS(operation.request_line = "POST /pay/{customer.id}/{order_id}", "a row for every name");
    FINDS(request[0].place = OBOL_IN_BODY, "a row for every name");
}

static void outcome_rows(void)
{
    FINDS(outcomes[1].kind = OBOL_ERR_NONE, "a kind of error");
    FINDS(outcomes[0].kind = OBOL_ERR_INVALID, "a kind of error");
    FINDS(outcomes[1].outcome = OBOL_OUTCOME_NONE, "an outcome and a doc");
    FINDS(outcomes[1].doc = NULL, "an outcome and a doc");
    FINDS(common[0].doc = NULL, "an outcome and a doc");
}

static void rows(void)
{
    FINDS(request[1].name = "Mode", "snake_case");
    FINDS(request[1].doc = NULL, "4 to 200");
    FINDS(request[1].doc = "x", "4 to 200");
    FINDS(request[1].wire = "a.b.c.d.e", "4 steps");
    FINDS(request[1].oneof = no_words, "at least one word");
    FINDS(request[1].sample = NULL, "a sample");
    FINDS(request[1].sample = "c", "passes its own check");
    FINDS(request[2].sample = "10", "passes its own check");
    FINDS(request[2].name = "amount", "to be money");
    FINDS(request[2].name = "mode", "a name of its own");
    FINDS(request[2].wire = "o.mode", "a wire path of its own");
    FINDS(request[0].preset = "x", "either to be required");
    FINDS((request[2].min = 5, request[2].max = 4), "a minimum below");
    FINDS(request[2].type = OBOL_LIST, "rows of a list");
    FINDS((request[1].place = OBOL_IN_QUERY, request[1].wire = NULL), "a name in the query");
    FINDS(reply[0].wire = NULL, "a wire path, a constant");
    FINDS((reply[1] = reply[0]), "a name of its own");
    FINDS((reply[1] = reply[0], reply[1].wire = NULL, reply[1].preset = "x"), "a name of its own");
    FINDS(config[0].doc = NULL, "4 to 200");
}

/* A reply may have a value in one of several places. */
static void alternatives(void)
{
    fresh();
    reply[1] = reply[0];
    reply[1].wire = "other_id";
    CHECK_INT(0, (int64_t)problems(NULL));
}

static void apart(void)
{
    fresh();
    static struct obol_field three[5];
    memcpy(three, request, sizeof request);
    three[3] = (struct obol_field){
        .name = "note", .wire = "note", .type = OBOL_TEXT, .sample = "x", .doc = "a note"};
    operation.request = three;
    CHECK_INT(0, (int64_t)problems(NULL));
    memcpy(three, request, sizeof request);
    three[3] = three[2];
    three[2] = (struct obol_field){
        .name = "note", .wire = "note", .type = OBOL_TEXT, .sample = "x", .doc = "a note"};
    operation.request = three;
    CHECK(problems("next to each other") != 0);
}

static void provider_members(void)
{
    FINDS(provider.title = NULL, "name, title");
    FINDS(provider.code_at = NULL, "code_at");
    FINDS(provider.config = NULL, "config");
}

int main(void)
{
    return check_run((const struct check_case[]){{"a table that keeps the rules", good_table},
                                                 {"declarations", declarations},
                                                 {"paths", paths},
                                                 {"outcomes", outcome_rows},
                                                 {"rows", rows},
                                                 {"alternatives", alternatives},
                                                 {"members apart", apart},
                                                 {"provider", provider_members},
                                                 {0}});
}
