#include "base/text.h"
#include "schema/check.h"
#include "schema/path.h"

/* Checks of values that hold others. */
enum { LIST_MAX = 1000, SECRETS_MAX = 8 };

static bool is_secret(const struct obol_node *value)
{
    return value->type == OBOL_NODE_TEXT && (value->flags & OBOL_NODE_SECRET) != 0;
}

static void expect_length(struct obol_checking *checking, const struct obol_field *field)
{
    if (field->min > 1)
        obol_expected(checking, "a secret of %d to %d bytes", (int)field->min, (int)field->max);
    else
        obol_expected(checking, "a secret of at most %d bytes", (int)field->max);
}

/* ISO/IEC 7812-1 annex B: every second digit from the right counts double, its own digits added. */
static bool passes_luhn(struct obol_slice digits)
{
    int sum = 0;
    for (size_t i = 0; i < digits.size; i++) {
        int digit = digits.data[digits.size - 1 - i] - '0';
        if (i % 2 == 1)
            digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
    }
    return sum % 10 == 0;
}

void obol_check_secret(struct obol_checking *checking, const struct obol_field *field,
                       const struct obol_node *value, struct obol_slot *slot)
{
    const char *expected = "an obol.secret, such as obol.secret.env \"NAME\"";
    bool list = value->type == OBOL_NODE_LIST && value->count != 0 && value->count <= SECRETS_MAX;
    size_t count = list ? value->count : 1;
    struct obol_slice *secrets = obol_arena_alloc(checking->arena, count * sizeof *secrets);
    const struct obol_node *each = list ? value->first : value;
    for (size_t i = 0; i < count; i++, each = each->next) {
        if (secrets == NULL || !is_secret(each) || each->text.size == 0) {
            obol_expected(checking, "%s", expected);
            return;
        }
        if (field->max != 0 &&
            (each->text.size > (size_t)field->max || each->text.size < (size_t)field->min)) {
            expect_length(checking, field);
            return;
        }
        if ((field->flags & OBOL_DIGITS) != 0 && !obol_text_is_digits(each->text)) {
            obol_expected(checking, "a secret of digits only");
            return;
        }
        if ((field->flags & OBOL_LUHN) != 0 && !passes_luhn(each->text))
            checking->problems->warning =
                obol_arena_format(checking->problems->arena,
                                  "%s: expected digits that pass the luhn check", field->name);
        /* of a request: JSON can carry nothing else */
        if (field->wire != NULL && !obol_utf8_valid(each->text)) {
            obol_expected(checking, "a secret of UTF-8 text");
            return;
        }
        secrets[i] = each->text;
    }
    slot->secrets = secrets;
    slot->count = count;
    slot->set = true;
}

void obol_check_list(struct obol_checking *checking, const struct obol_field *field,
                     const struct obol_node *value, struct obol_slot *slot)
{
    int64_t most = field->max != 0 ? field->max : LIST_MAX;
    if (value->type != OBOL_NODE_LIST || value->count == 0 || value->count > most) {
        obol_expected(checking, "a list of 1 to %d entries", (int)most);
        return;
    }
    struct obol_record *items = obol_arena_alloc(checking->arena, value->count * sizeof *items);
    if (items == NULL) {
        obol_expected(checking, "a shorter list");
        return;
    }
    struct obol_record *item = items;
    size_t outer = checking->length, length = strlen(obol_checking_path(checking));
    uint32_t index = 1;
    for (const struct obol_node *each = value->first; each != NULL; each = each->next, item++) {
        checking->length = obol_path_append_index(checking->path, length, index++);
        *item = obol_record_new(checking->arena, field->sub);
        if (each->type != OBOL_NODE_MAP || item->slots == NULL)
            obol_expected(checking, "a table with named members");
        else
            obol_check_fields(checking, item, each);
        checking->name = NULL;
    }
    checking->length = outer;
    checking->path[outer] = '\0';
    slot->items = items;
    slot->count = value->count;
    slot->set = true;
}

/* Nothing inexact and nothing secret may hide in a value that goes out unchanged. */
static bool is_plain(const struct obol_node *value)
{
    if ((value->flags & (OBOL_NODE_SECRET | OBOL_NODE_FLOAT)) != 0 ||
        value->type == OBOL_NODE_MONEY || !obol_utf8_valid(value->text) ||
        !obol_utf8_valid(value->name))
        return false;
    for (const struct obol_node *child = value->first; child != NULL; child = child->next)
        if (!is_plain(child))
            return false;
    return true;
}

void obol_check_any(struct obol_checking *checking, const struct obol_field *field,
                    const struct obol_node *value, struct obol_slot *slot)
{
    (void)field;
    if (!is_plain(value)) {
        obol_expected(checking, "text, integers, booleans and tables of them");
        return;
    }
    slot->node = value;
    slot->set = true;
}
