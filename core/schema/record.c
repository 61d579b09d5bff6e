#include "schema/record.h"

struct obol_record obol_record_new(struct obol_arena *arena, const struct obol_field *fields)
{
    size_t count = obol_field_count(fields);
    return (struct obol_record){
        .fields = fields,
        .slots = obol_arena_alloc(arena, (count != 0 ? count : 1) * sizeof(struct obol_slot)),
        .count = count,
        .arena = arena,
    };
}

const struct obol_slot *obol_record_get(const struct obol_record *record, const char *name)
{
    for (size_t i = 0; record != NULL && i < record->count; i++)
        if (record->fields[i].name[0] == name[0] && strcmp(record->fields[i].name, name) == 0)
            return record->slots[i].set ? &record->slots[i] : NULL;
    return NULL;
}
