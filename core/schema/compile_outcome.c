#include "schema/compile_member.h"

/*
 * What a reply means. Either a list of rows as C tables have it, or the short form for one place of
 * the reply: { at = "code", ["0"] = "accepted", ["1001"] = { "rejected", "what it says" }, other =
 * "declined" }, in which a number is the same with and without quotes.
 */

enum { ROWS_MAX = 1000 };

static const struct obol_named outcomes[] = {
#define X(symbol, word) {word, OBOL_##symbol},
    OBOL_OUTCOMES(X)
#undef X
        {0}};

static const struct obol_named kinds[] = {
#define X(symbol, word) {word, OBOL_ERR_##symbol},
    OBOL_ERROR_KINDS(X)
#undef X
        {0}};

static void set_status(struct obol_compiling *compiling, const struct obol_member *member,
                       const struct obol_node *value, void *target)
{
    static const char *const statuses[] = {"requires_action", "processing", "succeeded", "failed",
                                           "canceled",        "expired",    "unknown"};
    (void)member;
    for (size_t i = 0; value->type == OBOL_NODE_TEXT && i < sizeof statuses / sizeof statuses[0];
         i++)
        if (obol_slice_is(value->text, statuses[i]))
            *(const char **)target = statuses[i];
    if (*(const char **)target == NULL)
        obol_compile_expected(compiling, "a payment's status, such as expired");
}

#define ROW(member) OBOL_MEMBER(obol_outcome_row, member)
static const struct obol_member members[] = {
    {ROW(at), .set = obol_compile_text},
    {ROW(is), .set = obol_compile_plain},
    {ROW(has), .set = obol_compile_text},
    {ROW(text_too), .set = obol_compile_boolean},
    {ROW(and_at), .set = obol_compile_text},
    {ROW(and_is), .set = obol_compile_plain},
    {ROW(outcome), .set = obol_compile_word, .words = outcomes, .required = true},
    {ROW(status), .set = set_status},
    {ROW(kind), .set = obol_compile_word, .words = kinds},
    {ROW(retryable), .set = obol_compile_boolean},
    {ROW(doc), .set = obol_compile_text},
    {0},
};

static const struct obol_member outcome_member = {.words = outcomes};

static const char *const places[] = {"outcome", "doc", NULL};

/* What is no success has a kind of error. */
static enum obol_kind kind_of(enum obol_outcome outcome)
{
    static const enum obol_kind usual[OBOL_OUTCOME_COUNT] = {
        [OBOL_NOT_SENT] = OBOL_ERR_NETWORK,   [OBOL_REJECTED] = OBOL_ERR_INVALID,
        [OBOL_DECLINED] = OBOL_ERR_DECLINED,  [OBOL_UNKNOWN] = OBOL_ERR_PROVIDER,
        [OBOL_ABANDONED] = OBOL_ERR_PROVIDER,
    };
    return usual[outcome];
}

/* "200", "4xx", and with a "!" before it any other. */
static bool is_status(const char *is)
{
    if (is == NULL)
        return true;
    is += is[0] == '!';
    return is[0] >= '1' && is[0] <= '9' &&
           (strcmp(is + 1, "xx") == 0 || (strlen(is) == 3 && strspn(is, "0123456789") == 3));
}

static void check_status(struct obol_compiling *compiling, const char *at, const char *is,
                         const char *member)
{
    if (at != NULL && strcmp(at, "http_status") == 0 && !is_status(is))
        obol_compile_expected_at(compiling, member, "an HTTP status such as 200, 5xx or !200");
}

static void finish_row(struct obol_compiling *compiling, struct obol_outcome_row *row)
{
    if (row->at == NULL)
        row->at = compiling->compiled->provider.code_at;
    if (row->at == NULL)
        obol_compile_expected_at(compiling, "at", "a path in the reply, or http_status");
    if (row->and_is != NULL && row->and_at == NULL)
        obol_compile_expected_at(compiling, "and_at", "a path in the reply, or http_status");
    check_status(compiling, row->at, row->is, "is");
    check_status(compiling, row->and_at, row->and_is, "and_is");
    if (row->kind == OBOL_ERR_NONE)
        row->kind = kind_of(row->outcome);
    else if (kind_of(row->outcome) == OBOL_ERR_NONE)
        obol_compile_expected_at(compiling, "kind", "no kind of error for a success");
    if (row->doc == NULL && row->at != NULL)
        row->doc = obol_compile_format(compiling, "%.80s %.80s", row->at,
                                       row->is != NULL ? row->is : "is there");
}

static void compile_row(struct obol_compiling *compiling, const struct obol_node *value,
                        struct obol_outcome_row *row)
{
    size_t before = compiling->problems->count;
    if (value->type == OBOL_NODE_TEXT)
        obol_compile_word(compiling, &outcome_member, value, &row->outcome);
    else
        obol_compile_members(compiling, members, places, value, row);
    if (compiling->problems->count == before)
        finish_row(compiling, row);
}

static void compile_list(struct obol_compiling *compiling, const struct obol_node *list,
                         struct obol_outcome_row *row)
{
    uint32_t index = 1;
    for (const struct obol_node *each = list->first; each != NULL; each = each->next, row++) {
        size_t length = obol_compile_enter_item(compiling, index++);
        if (each->type == OBOL_NODE_TEXT)
            obol_compile_expected(compiling, "a row with at, is and outcome");
        else
            compile_row(compiling, each, row);
        obol_compile_leave(compiling, length);
    }
}

static const struct obol_node *member(const struct obol_node *map, const char *name)
{
    return obol_node_get(map, obol_slice_text(name));
}

static void compile_code(struct obol_compiling *compiling, const struct obol_node *code,
                         const char *at, struct obol_outcome_row *row)
{
    size_t length = obol_compile_enter(compiling, code->name);
    row->at = at;
    row->text_too = true;
    if (!obol_slice_is(code->name, "other")) {
        struct obol_node name = {.type = OBOL_NODE_TEXT, .text = code->name};
        row->is = obol_compile_copy(compiling, &name);
    }
    compile_row(compiling, code, row);
    obol_compile_leave(compiling, length);
}

/* `other` comes last: the first row that fits decides. */
static void compile_short(struct obol_compiling *compiling, const struct obol_node *map,
                          struct obol_outcome_row *row)
{
    const struct obol_node *where = member(map, "at"), *other = member(map, "other");
    const char *at = compiling->compiled->provider.code_at;
    if (where != NULL) {
        size_t length = obol_compile_enter(compiling, where->name);
        at = obol_compile_copy(compiling, where);
        obol_compile_leave(compiling, length);
    }
    for (const struct obol_node *each = map->first; each != NULL; each = each->next)
        if (each != where && each != other)
            compile_code(compiling, each, at, row++);
    if (other != NULL)
        compile_code(compiling, other, at, row);
    if (compiling->compiled->provider.code_at == NULL && at != NULL &&
        strcmp(at, "http_status") != 0)
        compiling->compiled->provider.code_at = at;
}

void obol_compile_outcomes(struct obol_compiling *compiling, const struct obol_member *member,
                           const struct obol_node *value, void *target)
{
    (void)member;
    if ((value->type != OBOL_NODE_LIST && value->type != OBOL_NODE_MAP) || value->count == 0 ||
        value->count > ROWS_MAX) {
        obol_compile_expected(compiling, "an outcome for each code, or a list of rows");
        return;
    }
    struct obol_outcome_row *rows = obol_compile_alloc(compiling, value->count + 1, sizeof *rows);
    if (rows == NULL)
        return;
    if (value->type == OBOL_NODE_LIST)
        compile_list(compiling, value, rows);
    else
        compile_short(compiling, value, rows);
    *(const struct obol_outcome_row **)target = rows;
}

void obol_compile_item_outcomes(struct obol_compiling *compiling, const struct obol_member *member,
                                const struct obol_node *value, void *target)
{
    const char *code_at = compiling->compiled->provider.code_at;
    compiling->compiled->provider.code_at = NULL;
    obol_compile_outcomes(compiling, member, value, target);
    compiling->compiled->provider.code_at = code_at;
}
