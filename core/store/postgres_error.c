#include "store/postgres.h"

#include <stdio.h>

/* What the server's codes (SQLSTATE) are in the words of the library. Its own texts are used where
 * they can only speak of statements and names, as values are always bound. */

static bool is(const char *code, const char *prefix)
{
    return obol_text_starts(code, prefix);
}

enum obol_postgres_end obol_postgres_kind(const char *code)
{
    if (code == NULL || code[0] == '\0')
        return OBOL_POSTGRES_LOST;
    if (is(code, "40") || is(code, "26000") || is(code, "0A000"))
        return OBOL_POSTGRES_AGAIN; /* in the way of others, or what was prepared is out of date */
    if ((is(code, "08") && !is(code, "08P01")) || is(code, "57P") || is(code, "25P03"))
        return OBOL_POSTGRES_LOST;
    return OBOL_POSTGRES_REFUSED;
}

/* "Key (first, last)=(...) already exists." in the server's language: the names between the first
 * parenthesis and ")=(". What comes after are values. */
static bool find_columns(const char *detail, const char *table, char *field, size_t room)
{
    const char *from = detail != NULL ? strchr(detail, '(') : NULL;
    const char *to = from != NULL ? strstr(from, ")=(") : NULL;
    if (to == NULL || table == NULL)
        return false;
    size_t used = 0;
    for (from++; from < to;) {
        size_t size = (size_t)(to - from);
        const char *comma = memchr(from, ',', size);
        if (comma != NULL)
            size = (size_t)(comma - from);
        int added = snprintf(field + used, room - used, "%s%s.%.*s", used != 0 ? ", " : "", table,
                             (int)size, from);
        if (added < 0 || (size_t)added >= room - used)
            return false;
        used += (size_t)added;
        from = comma != NULL ? comma + 2 : to;
    }
    return used != 0;
}

static void taken(const struct obol_pq *pq, const struct obol_pq_result *result,
                  struct obol_err *err)
{
    char field[OBOL_ERR_FIELD_MAX];
    const char *constraint = pq->error_field(result, 'n');
    bool found = find_columns(pq->error_field(result, 'D'), pq->error_field(result, 't'), field,
                              sizeof field);
    obol_fail(err, OBOL_ERR_CONFLICT, found ? field : constraint,
              "expected a value that no other row holds");
}

static void broken_rule(const struct obol_pq *pq, const struct obol_pq_result *result,
                        const char *code, struct obol_err *err)
{
    if (is(code, "23505") || is(code, "23P01")) {
        taken(pq, result, err);
        return;
    }
    if (is(code, "23503")) {
        obol_fail(err, OBOL_ERR_CONFLICT, pq->error_field(result, 'n'),
                  "expected rows that refer to each other");
        return;
    }
    const char *column = pq->error_field(result, 'c');
    obol_fail(err, OBOL_ERR_INVALID, column != NULL ? column : pq->error_field(result, 'n'),
              "expected values that keep a rule");
}

static void storage(const char *code, struct obol_err *err, bool *retryable)
{
    *retryable = true;
    const char *what = is(code, "53100")   ? "no space is left for the database"
                       : is(code, "55P03") ? "somebody else holds what it needs"
                       : is(code, "57014") ? "the server took too long"
                       : is(code, "40")    ? "others were in the way each time"
                                           : "the server cannot do it now";
    obol_fail(err, OBOL_ERR_STORAGE, "", "%s (SQLSTATE %s)", what, code);
}

enum obol_postgres_end obol_postgres_fail(struct obol_postgres *base,
                                          const struct obol_pq_result *result, struct obol_err *err,
                                          bool *retryable)
{
    const struct obol_pq *pq = base->pq;
    const char *code = pq->error_field(result, 'C');
    enum obol_postgres_end end = obol_postgres_kind(code);
    *retryable = false;
    base->stale = end == OBOL_POSTGRES_AGAIN && !is(code, "40");
    if (end == OBOL_POSTGRES_LOST)
        obol_fail(err, OBOL_ERR_STORAGE, "", "the connection to the database was lost");
    else if (is(code, "23"))
        broken_rule(pq, result, code, err);
    else if (is(code, "P0001"))
        obol_fail(err, OBOL_ERR_CONFLICT, "", "a trigger of the database refused it");
    else if (is(code, "42"))
        obol_fail(err, OBOL_ERR_INVALID, "sql", "%s", pq->error_field(result, 'M'));
    else if (is(code, "53") || is(code, "55") || is(code, "57") || is(code, "58") ||
             is(code, "40") || is(code, "XX"))
        storage(code, err, retryable);
    else
        obol_fail(err, OBOL_ERR_INVALID, "", "the database refused the statement (SQLSTATE %s)",
                  code);
    return end;
}
