#include "schema/redact.h"

#include "schema/check.h"
#include "schema/path.h"

#include <stdio.h>

enum { SHOWN = 2, DEPTH = 8 };

static const struct obol_field *find(const struct obol_field *fields, const char *name)
{
    for (; fields != NULL && fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static struct obol_node *mark(struct obol_arena *arena, const char *text)
{
    return obol_node_text(arena, obol_slice_text(text));
}

/* The beginning of a personal value, so that two people can still be told apart. */
static struct obol_node *shorten(struct obol_arena *arena, const struct obol_node *value)
{
    size_t shown = value->text.size > 2 * SHOWN ? SHOWN : 0;
    while (shown != 0 && ((unsigned char)value->text.data[shown] & 0xC0) == 0x80)
        shown--;
    return obol_node_text(arena, obol_arena_format(arena, "%.*s...", (int)shown, value->text.data));
}

static struct obol_node *copy_leaf(struct obol_arena *arena, const struct obol_field *row,
                                   const struct obol_node *value)
{
    if ((value->flags & OBOL_NODE_SECRET) != 0 || (row != NULL && row->type == OBOL_SECRET))
        return mark(arena, "[secret]");
    if (row == NULL)
        return mark(arena, "[not shown]");
    bool personal = (row->flags & OBOL_PERSONAL) != 0;
    if (personal && (value->type == OBOL_NODE_TEXT || value->type == OBOL_NODE_NUMBER))
        return shorten(arena, value);
    return obol_node_alias(arena, value);
}

struct redaction {
    struct obol_arena *arena;
    const struct obol_field *fields;
    char path[OBOL_ERR_FIELD_MAX];    /* of the operation's rows: "items[1].name" */
    char pattern[OBOL_ERR_FIELD_MAX]; /* of the uniform words: "items[].name" */
};

static struct obol_node *redact(struct redaction *redaction, const struct obol_node *value,
                                unsigned depth);

static struct obol_node *redact_children(struct redaction *redaction, const struct obol_node *value,
                                         unsigned depth)
{
    struct obol_node *copy = obol_node_new(redaction->arena, value->type);
    size_t path = strlen(redaction->path), pattern = strlen(redaction->pattern);
    unsigned index = 1;
    for (const struct obol_node *child = value->first; child != NULL; child = child->next) {
        char *to = redaction->path + path, *also = redaction->pattern + pattern;
        size_t room = sizeof redaction->path - path,
               also_room = sizeof redaction->pattern - pattern;
        const char *dot = path != 0 ? "." : "";
        if (value->type == OBOL_NODE_LIST) {
            snprintf(to, room, "[%u]", index++);
            snprintf(also, also_room, "[]");
        } else {
            int size = (int)(child->name.size < 64 ? child->name.size : 64);
            snprintf(to, room, "%s%.*s", dot, size, child->name.data);
            snprintf(also, also_room, "%s%.*s", dot, size, child->name.data);
        }
        struct obol_node *shown = redact(redaction, child, depth + 1);
        if (shown != NULL)
            obol_node_name(shown, obol_name(child->name));
        *to = *also = '\0';
        if (!obol_node_append(copy, shown))
            return NULL;
    }
    return copy;
}

static struct obol_node *redact(struct redaction *redaction, const struct obol_node *value,
                                unsigned depth)
{
    const struct obol_field *row = find(redaction->fields, redaction->path);
    if (row == NULL)
        row = find(obol_uniform_fields, redaction->pattern);
    bool deep = value->type == OBOL_NODE_MAP || value->type == OBOL_NODE_LIST;
    if (!deep || depth > DEPTH)
        return copy_leaf(redaction->arena, row, value);
    if (row != NULL && row->type == OBOL_SECRET)
        return mark(redaction->arena, "[secret]");
    return redact_children(redaction, value, depth);
}

struct obol_node *obol_redact(struct obol_arena *arena, const struct obol_field *fields,
                              const struct obol_node *params)
{
    struct redaction redaction = {.arena = arena, .fields = fields};
    return redact_children(&redaction, params, 0);
}
