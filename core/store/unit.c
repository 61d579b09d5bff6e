#include "store/unit.h"

#include "base/reader.h"
#include "base/secret.h"
#include "base/text.h"

enum { VALUES_MAX = 1000 };

struct obol_store_unit *obol_store_unit_new(size_t max)
{
    struct obol_store_unit *unit = obol_secret_alloc(sizeof *unit);
    if (unit == NULL)
        return NULL;
    *unit = (struct obol_store_unit){.end = &unit->first};
    obol_arena_init(&unit->arena, max);
    return unit;
}

void obol_store_unit_free(struct obol_store_unit *unit)
{
    if (unit == NULL)
        return;
    obol_arena_free(&unit->arena);
    obol_arena_free(&unit->results);
    obol_secret_free(unit, sizeof *unit);
}

static bool out_of_room(struct obol_err *err)
{
    return obol_fail(err, OBOL_ERR_INVALID, "unit", "expected fewer or smaller values");
}

/* Where a unit begins and ends is not for its statements to say. */
static bool is_transaction_word(struct obol_slice sql)
{
    static const char *const words[] = {"begin",   "start",     "commit",  "end",     "rollback",
                                        "abort",   "savepoint", "release", "attach",  "detach",
                                        "prepare", "copy",      "vacuum",  "discard", NULL};
    size_t size = 0;
    while (size < sql.size && ((sql.data[size] | 0x20) >= 'a' && (sql.data[size] | 0x20) <= 'z'))
        size++;
    for (const char *const *word = words; *word != NULL; word++)
        if (obol_ascii_equal_nocase(obol_slice(sql.data, size), obol_slice_text(*word)))
            return true;
    return size == 0; /* nothing that a word would begin is a statement */
}

/* Past what stands in quotes, which begins under the cursor. */
static void skip_quoted(struct obol_reader *reader)
{
    int quote = obol_reader_take(reader);
    int byte = 0;
    while (byte >= 0 && byte != quote)
        byte = obol_reader_take(reader);
}

/* The greatest of $1, $2, ... */
static size_t count_parameters(struct obol_slice sql)
{
    size_t most = 0;
    struct obol_reader reader = obol_reader(sql);
    while (!obol_reader_done(&reader)) {
        int byte = obol_reader_peek(&reader);
        if (byte == '\'' || byte == '"') {
            skip_quoted(&reader);
            continue;
        }
        (void)obol_reader_take(&reader);
        size_t number = 0;
        while (byte == '$' && number <= VALUES_MAX && obol_reader_peek(&reader) >= '0' &&
               obol_reader_peek(&reader) <= '9')
            number = number * 10 + (size_t)(obol_reader_take(&reader) - '0');
        most = number > most ? number : most;
    }
    return most;
}

struct obol_store_statement *obol_store_unit_add(struct obol_store_unit *unit,
                                                 struct obol_slice sql, size_t value_count,
                                                 struct obol_err *err)
{
    while (sql.size != 0 && memchr(" \t\r\n", sql.data[0], 4) != NULL)
        sql = obol_slice(sql.data + 1, sql.size - 1);
    if (is_transaction_word(sql) || !obol_utf8_valid(sql) ||
        memchr(sql.data, '\0', sql.size) != NULL) {
        obol_fail(err, OBOL_ERR_INVALID, "sql",
                  "expected one statement that does not begin or end "
                  "a transaction");
        return NULL;
    }
    if (value_count > VALUES_MAX) {
        obol_fail(err, OBOL_ERR_INVALID, "values", "expected at most %d values", VALUES_MAX);
        return NULL;
    }
    if (count_parameters(sql) != value_count) {
        obol_fail(err, OBOL_ERR_INVALID, "values", "expected as many values as parameters");
        return NULL;
    }
    struct obol_store_statement *statement = obol_arena_alloc(&unit->arena, sizeof *statement);
    struct obol_store_value *values =
        obol_arena_alloc(&unit->arena, (value_count != 0 ? value_count : 1) * sizeof *values);
    sql = obol_arena_copy(&unit->arena, sql);
    if (statement == NULL || values == NULL || sql.data == NULL) {
        out_of_room(err);
        return NULL;
    }
    *statement = (struct obol_store_statement){
        .sql = sql, .values = values, .value_count = value_count, .most = INT64_MAX};
    *unit->end = statement;
    unit->end = &statement->next;
    unit->count++;
    return statement;
}

bool obol_store_unit_set(struct obol_store_unit *unit, struct obol_store_statement *statement,
                         size_t index, struct obol_store_value value, struct obol_err *err)
{
    if (value.type == OBOL_STORE_TEXT &&
        (!obol_utf8_valid(value.bytes) ||
         (value.bytes.size != 0 && memchr(value.bytes.data, '\0', value.bytes.size)))) {
        obol_fail(err, OBOL_ERR_INVALID, "", "expected UTF-8 without NUL, or bytes marked as such");
        return obol_err_in_item(err, (uint32_t)index + 1);
    }
    if (value.type == OBOL_STORE_TEXT || value.type == OBOL_STORE_BLOB) {
        value.bytes = obol_arena_copy(&unit->arena, value.bytes);
        if (value.bytes.data == NULL)
            return out_of_room(err);
    }
    statement->values[index] = value;
    return true;
}

static bool too_large(struct obol_store_unit *unit)
{
    return obol_fail(&unit->err, OBOL_ERR_INVALID, "unit", "expected fewer rows in its results");
}

bool obol_store_result_columns(struct obol_store_unit *unit, struct obol_store_result *result,
                               size_t count)
{
    result->column_count = count;
    result->end = &result->first;
    result->columns = obol_arena_alloc(&unit->results, (count + 1) * sizeof *result->columns);
    return result->columns != NULL || too_large(unit);
}

bool obol_store_result_copy(struct obol_store_unit *unit, struct obol_slice bytes,
                            struct obol_slice *copy)
{
    *copy = obol_arena_copy(&unit->results, bytes);
    return copy->data != NULL || too_large(unit);
}

struct obol_store_row *obol_store_result_row(struct obol_store_unit *unit,
                                             struct obol_store_result *result)
{
    struct obol_store_row *row = obol_arena_alloc(
        &unit->results, sizeof *row + result->column_count * sizeof row->values[0]);
    if (row == NULL) {
        too_large(unit);
        return NULL;
    }
    *result->end = row;
    result->end = &row->next;
    return row;
}

void obol_store_unit_reset(struct obol_store_unit *unit)
{
    obol_arena_free(&unit->results);
    obol_arena_init(&unit->results, unit->results_max);
    for (struct obol_store_statement *at = unit->first; at != NULL; at = at->next)
        at->result = (struct obol_store_result){0};
    unit->answered = unit->failed = unit->unknown = unit->retryable = false;
    unit->failed_at = 0;
    unit->err.kind = OBOL_ERR_NONE;
}

size_t obol_store_unit_place(const struct obol_store_unit *unit,
                             const struct obol_store_statement *statement)
{
    size_t place = 1;
    for (const struct obol_store_statement *at = unit->first; at != statement; at = at->next)
        place++;
    return place;
}

bool obol_store_unit_count(struct obol_store_unit *unit,
                           const struct obol_store_statement *statement)
{
    int64_t count = statement->result.count;
    if (count >= statement->least && count <= statement->most)
        return true;
    unit->failed_at = obol_store_unit_place(unit, statement);
    obol_fail(&unit->err, OBOL_ERR_CONFLICT, "", "expected another number of rows");
    if (statement->name.size == 0)
        return obol_err_in_item(&unit->err, (uint32_t)unit->failed_at);
    return obol_err_in_member(&unit->err, statement->name.data, statement->name.size);
}
