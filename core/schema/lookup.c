#include "schema/lookup.h"

struct obol_lookup_table {
    const struct obol_field *fields;
    struct obol_lookup_table *older;
    struct obol_lookup rows[];
};

static bool is_deep(const char *path)
{
    return path != NULL && path[strcspn(path, ".[")] != '\0';
}

/* Whether no row before it has put a value, or a map with values, under its name. */
static bool is_first(const struct obol_field *fields, const struct obol_field *row)
{
    size_t size = strlen(row->name);
    for (const struct obol_field *each = fields; each < row; each++)
        if (strncmp(each->name, row->name, size) == 0 &&
            (each->name[size] == '\0' || each->name[size] == '.'))
            return false;
    return true;
}

static struct obol_lookup measure(const struct obol_field *fields, const struct obol_field *field)
{
    return (struct obol_lookup){
        .wire = obol_name(obol_slice_text(field->wire)),
        .name = obol_name(obol_slice_text(field->name)),
        .wire_deep = is_deep(field->wire),
        .name_deep = is_deep(field->name),
        .name_first = is_first(fields, field),
    };
}

const struct obol_lookup *obol_lookups_of(struct obol_lookups *known,
                                          const struct obol_field *fields)
{
    for (const struct obol_lookup_table *each = known->newest; each != NULL; each = each->older)
        if (each->fields == fields)
            return each->rows;
    size_t count = obol_field_count(fields);
    struct obol_lookup_table *table =
        obol_arena_alloc(known->arena, sizeof *table + count * sizeof table->rows[0]);
    if (table == NULL)
        return NULL;
    table->fields = fields;
    table->older = known->newest;
    for (size_t i = 0; i < count; i++)
        table->rows[i] = measure(fields, &fields[i]);
    known->newest = table;
    return table->rows;
}
