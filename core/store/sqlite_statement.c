#include "store/sqlite.h"

/* One statement of a unit: values in, rows out. */

static int bind_value(sqlite3_stmt *stmt, int place, const struct obol_store_value *value)
{
    switch (value->type) {
    case OBOL_STORE_INTEGER:
        return sqlite3_bind_int64(stmt, place, value->integer);
    case OBOL_STORE_TEXT:
        return sqlite3_bind_text64(stmt, place, value->bytes.data, value->bytes.size, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case OBOL_STORE_BLOB: /* never null, as a NUL follows */
        return sqlite3_bind_blob64(stmt, place, value->bytes.data, value->bytes.size,
                                   SQLITE_STATIC);
    case OBOL_STORE_NULL:
    default:
        return sqlite3_bind_null(stmt, place);
    }
}

static bool bind_values(struct obol_sqlite *base, const struct obol_sqlite_cached *entry,
                        struct obol_store_unit *unit, const struct obol_store_statement *statement)
{
    if (entry->parameters != statement->value_count)
        return obol_fail(&unit->err, OBOL_ERR_INVALID, "values",
                         "expected as many values as parameters");
    for (size_t i = 0; i < entry->parameters; i++) {
        int code = entry->places[i] == 0
                       ? SQLITE_RANGE
                       : bind_value(entry->stmt, entry->places[i], &statement->values[i]);
        if (code != SQLITE_OK)
            return obol_sqlite_fail(base, code, &unit->err, &unit->retryable);
    }
    return true;
}

static bool read_value(struct obol_store_unit *unit, sqlite3_stmt *stmt, int column,
                       struct obol_store_value *value)
{
    struct obol_slice bytes = {0};
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_INTEGER:
        *value = (struct obol_store_value){.type = OBOL_STORE_INTEGER,
                                           .integer = sqlite3_column_int64(stmt, column)};
        return true;
    case SQLITE_TEXT:
        value->type = OBOL_STORE_TEXT;
        bytes.data = (const char *)sqlite3_column_text(stmt, column);
        break;
    case SQLITE_BLOB:
        value->type = OBOL_STORE_BLOB;
        bytes.data = sqlite3_column_blob(stmt, column);
        break;
    case SQLITE_NULL:
        return true;
    default:
        return obol_fail(&unit->err, OBOL_ERR_INVALID, sqlite3_column_name(stmt, column),
                         "expected no floating point number in the database");
    }
    bytes.size = (size_t)sqlite3_column_bytes(stmt, column);
    return obol_store_result_copy(unit, bytes, &value->bytes);
}

static bool read_row(struct obol_store_unit *unit, sqlite3_stmt *stmt,
                     struct obol_store_result *result)
{
    struct obol_store_row *row = obol_store_result_row(unit, result);
    if (row == NULL)
        return false;
    for (size_t i = 0; i < result->column_count; i++)
        if (!read_value(unit, stmt, (int)i, &row->values[i]))
            return false;
    result->count++;
    return true;
}

static bool read_columns(struct obol_store_unit *unit, sqlite3_stmt *stmt,
                         struct obol_store_result *result)
{
    size_t count = (size_t)sqlite3_column_count(stmt);
    if (!obol_store_result_columns(unit, result, count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!obol_store_result_copy(unit, obol_slice_text(sqlite3_column_name(stmt, (int)i)),
                                    &result->columns[i]))
            return false;
    return true;
}

static bool step_all(struct obol_sqlite *base, struct obol_store_unit *unit, sqlite3_stmt *stmt,
                     struct obol_store_result *result)
{
    int64_t changes = sqlite3_total_changes64(base->db);
    int code = sqlite3_step(stmt);
    /* only now, as a statement is compiled again when the schema has changed */
    if ((code == SQLITE_ROW || code == SQLITE_DONE) && !read_columns(unit, stmt, result))
        return false;
    for (; code == SQLITE_ROW; code = sqlite3_step(stmt))
        if (!read_row(unit, stmt, result))
            return false;
    if (code != SQLITE_DONE)
        return obol_sqlite_fail(base, code, &unit->err, &unit->retryable);
    /* a statement that changes no rows leaves the number of the one before it */
    if (result->column_count == 0 && sqlite3_total_changes64(base->db) != changes)
        result->count = sqlite3_changes64(base->db);
    return true;
}

bool obol_sqlite_run(struct obol_sqlite *base, struct obol_store_unit *unit,
                     struct obol_store_statement *statement)
{
    struct obol_sqlite_cached *entry = obol_sqlite_prepare(base, statement->sql, &unit->err);
    if (entry == NULL)
        return false;
    if (unit->read && !sqlite3_stmt_readonly(entry->stmt))
        return obol_fail(&unit->err, OBOL_ERR_INVALID, "sql",
                         "expected a statement that only reads");
    bool fine = bind_values(base, entry, unit, statement) &&
                step_all(base, unit, entry->stmt, &statement->result);
    sqlite3_reset(entry->stmt);
    sqlite3_clear_bindings(entry->stmt);
    return fine && obol_store_unit_count(unit, statement);
}
