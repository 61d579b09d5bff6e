#include "store/postgres.h"

#include "base/text.h"

/* What a statement gave. */

/* "\x0041" is how bytes come as text. */
static bool read_bytes(struct obol_store_unit *unit, struct obol_slice text,
                       struct obol_store_value *value)
{
    struct obol_buf bytes;
    obol_buf_init(&bytes, text.size);
    bool fine = text.size >= 2 &&
                obol_hex_decode(&bytes, obol_slice(text.data + 2, text.size - 2)) && !bytes.failed;
    value->type = OBOL_STORE_BLOB;
    if (!fine)
        obol_fail(&unit->err, OBOL_ERR_STORAGE, "", "the server gave bytes that cannot be read");
    else
        fine = obol_store_result_copy(unit, obol_buf_slice(&bytes), &value->bytes);
    obol_buf_free(&bytes);
    return fine;
}

static bool read_value(struct obol_postgres *base, struct obol_store_unit *unit,
                       const struct obol_pq_result *result, int row, int column,
                       struct obol_store_value *value)
{
    const struct obol_pq *pq = base->pq;
    if (pq->is_null(result, row, column))
        return true;
    struct obol_slice text =
        obol_slice(pq->value(result, row, column), (size_t)pq->size(result, row, column));
    switch (pq->column_type(result, column)) {
    case OBOL_PQ_BOOL:
        *value = (struct obol_store_value){.type = OBOL_STORE_INTEGER,
                                           .integer = obol_slice_is(text, "t")};
        return true;
    case OBOL_PQ_INT2:
    case OBOL_PQ_INT4:
    case OBOL_PQ_INT8:
    case OBOL_PQ_OID:
        value->type = OBOL_STORE_INTEGER;
        return obol_text_int64(text, &value->integer) ||
               obol_fail(&unit->err, OBOL_ERR_STORAGE, "", "the server gave no integer");
    case OBOL_PQ_BYTEA:
        return read_bytes(unit, text, value);
    case OBOL_PQ_FLOAT4:
    case OBOL_PQ_FLOAT8:
        return obol_fail(&unit->err, OBOL_ERR_INVALID, pq->column_name(result, column),
                         "expected no floating point number in the database");
    default:
        value->type = OBOL_STORE_TEXT;
        return obol_store_result_copy(unit, text, &value->bytes);
    }
}

static bool read_rows(struct obol_postgres *base, struct obol_store_unit *unit,
                      const struct obol_pq_result *from, struct obol_store_result *result)
{
    const struct obol_pq *pq = base->pq;
    int columns = pq->column_count(from), rows = pq->row_count(from);
    if (!obol_store_result_columns(unit, result, (size_t)columns))
        return false;
    for (int i = 0; i < columns; i++)
        if (!obol_store_result_copy(unit, obol_slice_text(pq->column_name(from, i)),
                                    &result->columns[i]))
            return false;
    for (int i = 0; i < rows; i++) {
        struct obol_store_row *row = obol_store_result_row(unit, result);
        if (row == NULL)
            return false;
        for (int column = 0; column < columns; column++)
            if (!read_value(base, unit, from, i, column, &row->values[column]))
                return false;
    }
    result->count = rows;
    return true;
}

/* False when what came is refused; unit->err then says why, if nothing has before. */
static bool read_result(struct obol_postgres *base, struct obol_store_unit *unit,
                        struct obol_pq_result *from, struct obol_store_result *result)
{
    const struct obol_pq *pq = base->pq;
    if (pq->result_status(from) == OBOL_PQ_TUPLES_OK)
        return read_rows(base, unit, from, result);
    if (!obol_text_int64(obol_slice_text(pq->changed(from)), &result->count))
        result->count = 0; /* a command that tells no number */
    return true;
}

/* The preparing of the statement, if this pipeline asked for it. */
static enum obol_postgres_end read_prepared(struct obol_postgres *base,
                                            struct obol_store_unit *unit,
                                            struct obol_postgres_prepared *entry)
{
    const struct obol_pq *pq = base->pq;
    enum obol_postgres_end end = OBOL_POSTGRES_FINE;
    struct obol_pq_result *result = NULL;
    if (entry == NULL || !entry->sent)
        return end;
    entry->sent = false;
    while (obol_postgres_next(base, &result)) {
        if (result == NULL)
            return end;
        int status = pq->result_status(result);
        entry->ready = status == OBOL_PQ_COMMAND_OK;
        if (entry->ready)
            obol_store_count_prepared(base->store);
        else if (status == OBOL_PQ_ABORTED)
            end = OBOL_POSTGRES_REFUSED;
        else
            end = obol_postgres_fail(base, result, &unit->err, &unit->retryable);
        pq->clear(result);
    }
    return OBOL_POSTGRES_LOST;
}

enum obol_postgres_end obol_postgres_read_statement(struct obol_postgres *base,
                                                    struct obol_store_unit *unit,
                                                    struct obol_store_statement *statement)
{
    const struct obol_pq *pq = base->pq;
    struct obol_pq_result *result = NULL;
    enum obol_postgres_end end = read_prepared(base, unit, obol_postgres_find(base, statement));
    if (end == OBOL_POSTGRES_LOST)
        return end;
    while (obol_postgres_next(base, &result)) {
        if (result == NULL)
            return end;
        int status = pq->result_status(result);
        if (status == OBOL_PQ_COMMAND_OK || status == OBOL_PQ_TUPLES_OK) {
            if (!read_result(base, unit, result, &statement->result) ||
                !obol_store_unit_count(unit, statement))
                end = OBOL_POSTGRES_REFUSED;
        } else if (status == OBOL_PQ_ABORTED) {
            end = end == OBOL_POSTGRES_FINE ? OBOL_POSTGRES_REFUSED : end;
        } else {
            end = obol_postgres_fail(base, result, &unit->err, &unit->retryable);
        }
        pq->clear(result);
        if (end == OBOL_POSTGRES_LOST)
            return end;
    }
    return OBOL_POSTGRES_LOST;
}
