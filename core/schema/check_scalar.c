#include "base/text.h"
#include "schema/path.h"
#include "schema/types.h"
#include "wire/json_text.h"
#include "wire/url.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Checks of single values; what a row leaves open is held by these limits. */
enum { TEXT_MAX = 16 * 1024, URL_MAX = 2048 };

const char *obol_checking_path(struct obol_checking *checking)
{
    if (checking->name != NULL)
        (void)obol_path_append(checking->path, checking->length, obol_slice_text(checking->name));
    checking->name = NULL;
    return checking->path;
}

void obol_expected(struct obol_checking *checking, const char *format, ...)
{
    char text[OBOL_ERR_MESSAGE_MAX];
    const char *path = obol_checking_path(checking);
    if (obol_problem_at(checking->problems, path))
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    obol_problem_add(checking->problems, OBOL_ERR_INVALID, path, "expected %s", text);
}

/* Lists the words of an enumeration: `"a", "b" or "c"`. */
static void expect_word(struct obol_checking *checking, const struct obol_word *words)
{
    char list[OBOL_ERR_MESSAGE_MAX - 16];
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; words[i].word != NULL && used < sizeof list; i++) {
        const char *between = i == 0 ? "" : words[i + 1].word == NULL ? " or " : ", ";
        int more = snprintf(list + used, sizeof list - used, "%s\"%s\"", between, words[i].word);
        used += more > 0 ? (size_t)more : 0;
    }
    obol_expected(checking, "%s", list);
}

static void check_word(struct obol_checking *checking, const struct obol_field *field,
                       struct obol_slice text, struct obol_slot *slot)
{
    for (const struct obol_word *word = field->oneof; word->word != NULL; word++) {
        if (obol_slice_is(text, word->word)) {
            slot->text = obol_slice_text(word->wire != NULL ? word->wire : word->word);
            slot->set = true;
            return;
        }
    }
    expect_word(checking, field->oneof);
}

static bool fits(struct obol_checking *checking, const struct obol_field *field,
                 struct obol_slice text, bool ascii)
{
    bool bytes = (field->flags & OBOL_BYTES) != 0;
    const char *unit = bytes ? "bytes" : "characters";
    size_t length = bytes || ascii ? text.size : obol_utf8_length(text);
    int64_t most = field->max != 0 ? field->max : TEXT_MAX;
    int64_t least = field->min != 0 ? field->min : 1;
    if (length >= (size_t)least && length <= (size_t)most)
        return true;
    obol_expected(checking, "text of %" PRId64 " to %" PRId64 " %s", least, most, unit);
    return false;
}

/* An id of digits may be longer than an int64: the digits are taken as they were written. */
static bool is_digits(const struct obol_node *value)
{
    bool exact = value->type == OBOL_NODE_TEXT || value->type == OBOL_NODE_NUMBER;
    return exact && (value->flags & (OBOL_NODE_SECRET | OBOL_NODE_FLOAT)) == 0 &&
           obol_text_is_digits(value->text);
}

static void check_digits(struct obol_checking *checking, const struct obol_field *field,
                         const struct obol_node *value, struct obol_slot *slot)
{
    int64_t least = field->min != 0 ? field->min : 1;
    int64_t most = field->max != 0 ? field->max : TEXT_MAX;
    slot->set =
        is_digits(value) && value->text.size >= (size_t)least && value->text.size <= (size_t)most;
    slot->text = value->text;
    if (!slot->set)
        obol_expected(checking, "%" PRId64 " to %" PRId64 " digits", least, most);
}

void obol_check_text(struct obol_checking *checking, const struct obol_field *field,
                     const struct obol_node *value, struct obol_slot *slot)
{
    if ((field->flags & OBOL_DIGITS) != 0) {
        check_digits(checking, field, value, slot);
        return;
    }
    bool number = field->as == OBOL_AS_TEXT && value->type == OBOL_NODE_NUMBER &&
                  (value->flags & OBOL_NODE_FLOAT) == 0;
    /* a secret here would leave its wiped memory for a place that is not kept as one */
    if ((value->type != OBOL_NODE_TEXT && !number) || (value->flags & OBOL_NODE_SECRET) != 0) {
        if (field->oneof != NULL)
            expect_word(checking, field->oneof);
        else
            obol_expected(checking, "text");
        return;
    }
    if (field->oneof != NULL) {
        check_word(checking, field, value->text, slot);
        return;
    }
    bool ascii = obol_json_plain_length(value->text, true) == value->text.size;
    if (!ascii &&
        (!obol_utf8_valid(value->text) || memchr(value->text.data, 0, value->text.size) != NULL)) {
        obol_expected(checking, "UTF-8 text without NUL");
        return;
    }
    if (field->place == OBOL_IN_HEADER && !obol_text_fits_header(value->text)) {
        obol_expected(checking, "text of ASCII without control characters and outer blanks");
        return;
    }
    if (!fits(checking, field, value->text, ascii))
        return;
    slot->text = value->text;
    slot->plain = ascii;
    slot->set = true;
}

/* Schemes that make a browser run or read what somebody else wrote. */
static bool is_harmful(struct obol_slice scheme)
{
    static const char *const harmful[] = {"javascript", "data", "vbscript", "file", "blob"};
    for (size_t i = 0; i < sizeof harmful / sizeof harmful[0]; i++)
        if (obol_ascii_equal_nocase(scheme, obol_slice_text(harmful[i])))
            return true;
    return false;
}

void obol_check_url(struct obol_checking *checking, const struct obol_field *field,
                    const struct obol_node *value, struct obol_slot *slot)
{
    bool any = (field->flags & OBOL_ANY_SCHEME) != 0;
    const char *expected = any ? "an absolute URL in ASCII: http, https or an app's own scheme"
                               : "an absolute URL in ASCII: http or https";
    struct obol_url url;
    if (value->type != OBOL_NODE_TEXT || (value->flags & OBOL_NODE_SECRET) != 0 ||
        !obol_url_parse(value->text, &url, NULL)) {
        obol_expected(checking, "%s", expected);
        return;
    }
    bool web = obol_ascii_equal_nocase(url.scheme, obol_slice_text("https")) ||
               obol_ascii_equal_nocase(url.scheme, obol_slice_text("http"));
    if (!web && (!any || is_harmful(url.scheme))) {
        obol_expected(checking, "%s", expected);
        return;
    }
    int64_t most = field->max != 0 ? field->max : URL_MAX;
    if (value->text.size > (size_t)most) {
        obol_expected(checking, "a URL of at most %" PRId64 " bytes", most);
        return;
    }
    slot->text = value->text;
    slot->plain = true; /* a URL holds neither quotes nor backslashes */
    slot->set = true;
}

void obol_check_integer(struct obol_checking *checking, const struct obol_field *field,
                        const struct obol_node *value, struct obol_slot *slot)
{
    bool number = value->type == OBOL_NODE_NUMBER && (value->flags & OBOL_NODE_FLOAT) == 0;
    bool digits = value->type == OBOL_NODE_TEXT && (value->flags & OBOL_NODE_SECRET) == 0;
    int64_t integer = 0;
    bool is_integer = (number || digits) && obol_text_int64(value->text, &integer);
    if (field->max != 0 && (!is_integer || integer < field->min || integer > field->max)) {
        if (field->max == INT64_MAX)
            obol_expected(checking, "an integer of %" PRId64 " or more", field->min);
        else
            obol_expected(checking, "an integer from %" PRId64 " to %" PRId64, field->min,
                          field->max);
        return;
    }
    if (!is_integer) {
        obol_expected(checking, "an integer");
        return;
    }
    slot->integer = integer;
    slot->set = true;
}

void obol_check_boolean(struct obol_checking *checking, const struct obol_field *field,
                        const struct obol_node *value, struct obol_slot *slot)
{
    (void)field;
    if (value->type != OBOL_NODE_BOOLEAN) {
        obol_expected(checking, "true or false");
        return;
    }
    slot->boolean = value->boolean;
    slot->set = true;
}

bool obol_interval_valid(struct obol_slice text)
{
    if (text.size < 3 || text.size > 6 || text.data[0] != 'P' || text.data[1] == '0')
        return false;
    return obol_text_is_digits(obol_slice(text.data + 1, text.size - 2)) &&
           strchr("DWMY", text.data[text.size - 1]) != NULL;
}

void obol_check_interval(struct obol_checking *checking, const struct obol_field *field,
                         const struct obol_node *value, struct obol_slot *slot)
{
    if (value->type != OBOL_NODE_TEXT || !obol_interval_valid(value->text)) {
        obol_expected(checking, "an interval such as \"P1M\"");
        return;
    }
    if (field->oneof != NULL) {
        check_word(checking, field, value->text, slot);
        return;
    }
    slot->text = value->text;
    slot->set = true;
}

void obol_check_duration(struct obol_checking *checking, const struct obol_field *field,
                         const struct obol_node *value, struct obol_slot *slot)
{
    (void)field;
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
    struct obol_slice text = value->text;
    int64_t count = 0;
    if (value->type == OBOL_NODE_TEXT && text.size >= 2 && text.size <= 7 &&
        obol_text_int64(obol_slice(text.data, text.size - 1), &count) && count > 0) {
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            if (text.data[text.size - 1] == units[i].unit) {
                slot->integer = count * units[i].ms;
                slot->set = true;
                return;
            }
        }
    }
    obol_expected(checking, "a duration such as \"90s\", \"30m\", \"2h\" or \"1d\"");
}
