#include "store/postgres.h"

#include "base/text.h"

#include <stdio.h>

/* Statements on their way to the server: prepared once a connection, values with their types. */

/* What libpq takes of values. */
struct arguments {
    unsigned *types;
    const char **values;
    int *sizes, *formats;
    char (*digits)[OBOL_INT64_ROOM + 1];
};

static unsigned type_of(const struct obol_store_value *value)
{
    switch (value->type) {
    case OBOL_STORE_INTEGER:
        return OBOL_PQ_INT8;
    case OBOL_STORE_TEXT:
        return OBOL_PQ_TEXT;
    case OBOL_STORE_BLOB:
        return OBOL_PQ_BYTEA;
    case OBOL_STORE_NULL:
    default:
        return 0; /* whatever stands in its place */
    }
}

/* Bytes go as they are, everything else as text. */
static void fill(const struct arguments *arguments, const struct obol_store_statement *statement)
{
    for (size_t i = 0; i < statement->value_count; i++) {
        const struct obol_store_value *value = &statement->values[i];
        arguments->types[i] = type_of(value);
        arguments->values[i] = value->type == OBOL_STORE_NULL ? NULL : value->bytes.data;
        arguments->sizes[i] = (int)value->bytes.size;
        arguments->formats[i] = value->type == OBOL_STORE_BLOB;
        if (value->type != OBOL_STORE_INTEGER)
            continue;
        struct obol_slice digits = obol_text_of_int64(arguments->digits[i], value->integer);
        memmove(arguments->digits[i], digits.data, digits.size);
        arguments->digits[i][digits.size] = '\0';
        arguments->values[i] = arguments->digits[i];
    }
}

static uint64_t mix(uint64_t hash, uint64_t number)
{
    return (hash ^ number) * 1099511628211U;
}

static uint64_t hash_of(const struct obol_store_statement *statement)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < statement->sql.size; i++)
        hash = mix(hash, (unsigned char)statement->sql.data[i]);
    for (size_t i = 0; i < statement->value_count; i++)
        hash = mix(hash, (uint64_t)statement->values[i].type);
    return hash;
}

static bool is_same(const struct obol_postgres_prepared *entry,
                    const struct obol_store_statement *statement, uint64_t hash)
{
    if (entry->hash != hash || entry->count != statement->value_count ||
        !obol_slice_equal(entry->sql, statement->sql))
        return false;
    for (size_t i = 0; i < entry->count; i++)
        if (entry->types[i] != type_of(&statement->values[i]))
            return false;
    return true;
}

static struct obol_postgres_prepared *
add(struct obol_postgres *base, const struct obol_store_statement *statement, uint64_t hash)
{
    if (base->prepared_count == OBOL_POSTGRES_CACHE)
        return NULL;
    struct obol_slice sql = obol_arena_copy(&base->names, statement->sql);
    unsigned *types = obol_arena_alloc(&base->names, (statement->value_count + 1) * sizeof *types);
    if (sql.data == NULL || types == NULL)
        return NULL;
    for (size_t i = 0; i < statement->value_count; i++)
        types[i] = type_of(&statement->values[i]);
    struct obol_postgres_prepared *entry = &base->prepared[base->prepared_count++];
    *entry = (struct obol_postgres_prepared){
        .sql = sql, .types = types, .count = statement->value_count, .hash = hash};
    snprintf(entry->name, sizeof entry->name, "o%zu", base->prepared_count);
    return entry;
}

struct obol_postgres_prepared *obol_postgres_find(struct obol_postgres *base,
                                                  const struct obol_store_statement *statement)
{
    uint64_t hash = hash_of(statement);
    for (size_t i = 0; i < base->prepared_count; i++)
        if (is_same(&base->prepared[i], statement, hash))
            return &base->prepared[i];
    return add(base, statement, hash);
}

static bool send_with(struct obol_postgres *base, const struct obol_store_statement *statement,
                      const struct arguments *arguments)
{
    const struct obol_pq *pq = base->pq;
    int count = (int)statement->value_count;
    fill(arguments, statement);
    struct obol_postgres_prepared *entry = obol_postgres_find(base, statement);
    if (entry == NULL)
        return pq->send_query(base->connection, statement->sql.data, count, arguments->types,
                              arguments->values, arguments->sizes, arguments->formats, 0) == 1;
    if (!entry->ready && !entry->sent) {
        if (pq->send_prepare(base->connection, entry->name, entry->sql.data, count,
                             arguments->types) != 1)
            return false;
        entry->sent = true;
    }
    return pq->send_prepared(base->connection, entry->name, count, arguments->values,
                             arguments->sizes, arguments->formats, 0) == 1;
}

/* libpq copies all of it before it returns. */
bool obol_postgres_send_statement(struct obol_postgres *base,
                                  const struct obol_store_statement *statement)
{
    size_t count = statement->value_count + 1;
    struct obol_arena arena;
    obol_arena_init(&arena, 1024 * 1024);
    struct arguments arguments = {
        .types = obol_arena_alloc(&arena, count * sizeof *arguments.types),
        .values = obol_arena_alloc(&arena, count * sizeof *arguments.values),
        .sizes = obol_arena_alloc(&arena, count * sizeof *arguments.sizes),
        .formats = obol_arena_alloc(&arena, count * sizeof *arguments.formats),
        .digits = obol_arena_alloc(&arena, count * sizeof *arguments.digits),
    };
    bool sent = arguments.types != NULL && arguments.values != NULL && arguments.sizes != NULL &&
                arguments.formats != NULL && arguments.digits != NULL &&
                send_with(base, statement, &arguments);
    obol_arena_free(&arena);
    return sent;
}
