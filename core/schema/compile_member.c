#include "schema/compile_member.h"

#include "schema/nearest.h"
#include "schema/path.h"

#include <stdarg.h>
#include <stdio.h>

enum { MEMBERS_MAX = 64 };

void obol_compile_expected(struct obol_compiling *compiling, const char *format, ...)
{
    char text[OBOL_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    obol_problem_add(compiling->problems, OBOL_ERR_INVALID, compiling->path, "expected %s", text);
}

void obol_compile_expected_at(struct obol_compiling *compiling, const char *member,
                              const char *format, ...)
{
    char text[OBOL_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t length = obol_compile_enter(compiling, obol_slice_text(member));
    obol_problem_add(compiling->problems, OBOL_ERR_INVALID, compiling->path, "expected %s", text);
    obol_compile_leave(compiling, length);
}

static const char *nearest(struct obol_slice name, const char *const *known)
{
    const char *best = NULL;
    size_t least = 0, distance = 0;
    for (; *known != NULL; known++) {
        if (!obol_is_near(name, obol_slice_text(*known), &distance))
            continue;
        if (best == NULL || distance < least) {
            best = *known;
            least = distance;
        }
    }
    return best;
}

void obol_compile_unknown(struct obol_compiling *compiling, struct obol_slice name,
                          const char *const *known)
{
    const char *best = nearest(name, known);
    if (best != NULL)
        obol_compile_expected(compiling, "a known word, did you mean \"%s\"?", best);
    else
        obol_compile_expected(compiling, "a known word");
}

size_t obol_compile_enter(struct obol_compiling *compiling, struct obol_slice name)
{
    size_t length = strlen(compiling->path);
    (void)obol_path_append(compiling->path, length, name);
    return length;
}

size_t obol_compile_enter_item(struct obol_compiling *compiling, uint32_t index)
{
    size_t length = strlen(compiling->path);
    (void)obol_path_append_index(compiling->path, length, index);
    return length;
}

void obol_compile_leave(struct obol_compiling *compiling, size_t length)
{
    compiling->path[length] = '\0';
}

uint32_t obol_compile_place(struct obol_slice name)
{
    if (name.size == 0 || name.size > 2 || name.data[0] == '0')
        return 0;
    uint32_t place = 0;
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] < '0' || name.data[i] > '9')
            return 0;
        place = place * 10 + (uint32_t)(name.data[i] - '0');
    }
    return place;
}

/* The value that stands at a place of the table, counted from 1, without a name. */
static const struct obol_node *at_place(const struct obol_node *table, uint32_t place)
{
    uint32_t index = 0;
    for (const struct obol_node *child = table->first; child != NULL; child = child->next)
        if (table->type == OBOL_NODE_LIST ? ++index == place
                                          : obol_compile_place(child->name) == place)
            return child;
    return NULL;
}

static uint32_t place_of(const char *const *places, const char *name)
{
    for (uint32_t i = 0; places != NULL && places[i] != NULL; i++)
        if (strcmp(places[i], name) == 0)
            return i + 1;
    return 0;
}

/* Names that no member has, and places that have no name. */
static void refuse_others(struct obol_compiling *compiling, const struct obol_member *members,
                          const char *const *places, const struct obol_node *table)
{
    const char *names[MEMBERS_MAX + 1];
    size_t count = 0, named = 0;
    for (; count < MEMBERS_MAX && members[count].name != NULL; count++)
        names[count] = members[count].name;
    names[count] = NULL;
    while (places != NULL && places[named] != NULL)
        named++;
    uint32_t index = 0;
    for (const struct obol_node *child = table->first; child != NULL; child = child->next) {
        bool listed = table->type == OBOL_NODE_LIST;
        uint32_t place = listed ? ++index : obol_compile_place(child->name);
        if (place != 0 && place <= named)
            continue;
        if (place != 0) {
            size_t length = obol_compile_enter_item(compiling, place);
            obol_compile_expected(compiling, "%zu values without a name at most", named);
            obol_compile_leave(compiling, length);
            continue;
        }
        bool known = false;
        for (size_t i = 0; i < count; i++)
            known |= obol_slice_is(child->name, names[i]);
        if (known)
            continue;
        size_t length = obol_compile_enter(compiling, child->name);
        obol_compile_unknown(compiling, child->name, names);
        obol_compile_leave(compiling, length);
    }
}

void obol_compile_members(struct obol_compiling *compiling, const struct obol_member *members,
                          const char *const *places, const struct obol_node *table, void *target)
{
    if (table->type != OBOL_NODE_MAP && table->type != OBOL_NODE_LIST) {
        obol_compile_expected(compiling, "a table");
        return;
    }
    for (const struct obol_member *member = members; member->name != NULL; member++) {
        const struct obol_node *value = obol_node_get(table, obol_slice_text(member->name));
        uint32_t place = place_of(places, member->name);
        const struct obol_node *placed = place != 0 ? at_place(table, place) : NULL;
        size_t length = obol_compile_enter(compiling, obol_slice_text(member->name));
        if (value != NULL && placed != NULL)
            obol_compile_expected(compiling, "one value, not one with and one without a name");
        else if (value == NULL && placed == NULL && member->required)
            obol_compile_expected(compiling, "a value");
        value = value != NULL ? value : placed;
        if (value != NULL)
            member->set(compiling, member, value, (char *)target + member->offset);
        obol_compile_leave(compiling, length);
    }
    refuse_others(compiling, members, places, table);
}

void *obol_compile_alloc(struct obol_compiling *compiling, size_t count, size_t size)
{
    void *memory = obol_arena_alloc(compiling->arena, count * size);
    if (memory == NULL)
        obol_compile_expected(compiling, "a smaller definition");
    return memory;
}

const char *obol_compile_format(struct obol_compiling *compiling, const char *format, ...)
{
    char text[OBOL_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct obol_slice copy = obol_arena_copy(compiling->arena, obol_slice_text(text));
    if (copy.data == NULL)
        obol_compile_expected(compiling, "a smaller definition");
    return copy.data;
}

/* A dot at an end, two in a row, an index that is none: such a path leads nowhere. */
bool obol_compile_is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    while (*name != '\0') {
        if (strspn(name, letters) == 0)
            return false;
        name += strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
        if (*name == '[') {
            size_t digits = strspn(name + 1, "0123456789");
            if (digits == 0 || digits > 3 || name[1] == '0' || name[digits + 1] != ']')
                return false;
            name += digits + 2;
        }
        if (*name == '\0')
            return true;
        if (*name++ != '.')
            return false;
    }
    return false;
}
