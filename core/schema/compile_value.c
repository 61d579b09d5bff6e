#include "base/text.h"
#include "schema/compile_member.h"

#include <inttypes.h>
#include <stdio.h>

/* Setters of single values. */

enum { TEXT_MAX = 1000 };

const char *obol_compile_copy(struct obol_compiling *compiling, const struct obol_node *value)
{
    bool plain = value->type == OBOL_NODE_TEXT && (value->flags & OBOL_NODE_SECRET) == 0;
    if (!plain || value->text.size == 0 || value->text.size > TEXT_MAX ||
        !obol_utf8_valid(value->text) || memchr(value->text.data, 0, value->text.size) != NULL) {
        obol_compile_expected(compiling, "text of 1 to %d bytes", TEXT_MAX);
        return NULL;
    }
    struct obol_slice copy = obol_arena_copy(compiling->arena, value->text);
    if (copy.data == NULL)
        obol_compile_expected(compiling, "a smaller definition");
    return copy.data;
}

const char *obol_compile_copy_plain(struct obol_compiling *compiling, const struct obol_node *value)
{
    if (value->type == OBOL_NODE_BOOLEAN)
        return value->boolean ? "true" : "false";
    int64_t integer = 0;
    if (!obol_node_int64(value, &integer))
        return obol_compile_copy(compiling, value);
    return obol_compile_format(compiling, "%" PRId64, integer);
}

void obol_compile_text(struct obol_compiling *compiling, const struct obol_member *member,
                       const struct obol_node *value, void *target)
{
    (void)member;
    *(const char **)target = obol_compile_copy(compiling, value);
}

void obol_compile_plain(struct obol_compiling *compiling, const struct obol_member *member,
                        const struct obol_node *value, void *target)
{
    (void)member;
    *(const char **)target = obol_compile_copy_plain(compiling, value);
}

void obol_compile_integer(struct obol_compiling *compiling, const struct obol_member *member,
                          const struct obol_node *value, void *target)
{
    int64_t integer = 0;
    bool within = obol_node_int64(value, &integer) && (value->flags & OBOL_NODE_FLOAT) == 0;
    if (member->max != 0)
        within = within && integer >= member->min && integer <= member->max;
    if (within)
        *(int64_t *)target = integer;
    else if (member->max != 0)
        obol_compile_expected(compiling, "%" PRId64 " to %" PRId64, member->min, member->max);
    else
        obol_compile_expected(compiling, "an integer");
}

void obol_compile_int(struct obol_compiling *compiling, const struct obol_member *member,
                      const struct obol_node *value, void *target)
{
    int64_t integer = 0;
    obol_compile_integer(compiling, member, value, &integer);
    *(int *)target = (int)integer;
}

static bool read_boolean(struct obol_compiling *compiling, const struct obol_node *value)
{
    if (value->type != OBOL_NODE_BOOLEAN)
        obol_compile_expected(compiling, "true or false");
    return value->type == OBOL_NODE_BOOLEAN && value->boolean;
}

void obol_compile_boolean(struct obol_compiling *compiling, const struct obol_member *member,
                          const struct obol_node *value, void *target)
{
    (void)member;
    *(bool *)target = read_boolean(compiling, value);
}

void obol_compile_flag(struct obol_compiling *compiling, const struct obol_member *member,
                       const struct obol_node *value, void *target)
{
    if (read_boolean(compiling, value))
        *(unsigned *)target |= member->bit;
}

void obol_compile_answer(struct obol_compiling *compiling, const struct obol_member *member,
                         const struct obol_node *value, void *target)
{
    (void)member;
    *(enum obol_answer *)target = read_boolean(compiling, value) ? OBOL_YES : OBOL_NO;
}

void obol_compile_function(struct obol_compiling *compiling, const struct obol_member *member,
                           const struct obol_node *value, void *target)
{
    (void)member;
    if (value->type != OBOL_NODE_NULL)
        obol_compile_expected(compiling, "a function");
    *(bool *)target = true;
}

/* `"a", "b" or "c"`, as far as there is room. */
static void expect_word(struct obol_compiling *compiling, const struct obol_named *words)
{
    char list[OBOL_ERR_MESSAGE_MAX - 16];
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; words[i].name != NULL && used < sizeof list; i++) {
        const char *between = i == 0 ? "" : words[i + 1].name == NULL ? " or " : ", ";
        int more = snprintf(list + used, sizeof list - used, "%s\"%s\"", between, words[i].name);
        used += more > 0 ? (size_t)more : 0;
    }
    obol_compile_expected(compiling, "%s", list);
}

void obol_compile_word(struct obol_compiling *compiling, const struct obol_member *member,
                       const struct obol_node *value, void *target)
{
    bool text = value->type == OBOL_NODE_TEXT && (value->flags & OBOL_NODE_SECRET) == 0;
    for (const struct obol_named *each = member->words; text && each->name != NULL; each++) {
        if (obol_slice_is(value->text, each->name)) {
            memcpy(target, &each->value, sizeof each->value);
            return;
        }
    }
    expect_word(compiling, member->words);
}

void obol_compile_texts(struct obol_compiling *compiling, const struct obol_member *member,
                        const struct obol_node *value, void *target)
{
    (void)member;
    if (value->type != OBOL_NODE_LIST || value->count == 0) {
        obol_compile_expected(compiling, "a list of texts");
        return;
    }
    const char **texts = obol_compile_alloc(compiling, value->count + 1, sizeof *texts);
    uint32_t index = 0;
    for (const struct obol_node *each = value->first; texts != NULL && each != NULL;
         each = each->next) {
        size_t length = obol_compile_enter_item(compiling, index + 1);
        texts[index++] = obol_compile_copy(compiling, each);
        obol_compile_leave(compiling, length);
    }
    *(const char *const **)target = texts;
}
