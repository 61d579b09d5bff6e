#include "store/sqlite.h"

/* What SQLite's codes are in the words of the library. Its own texts are used where they can only
 * speak of statements and names, as values are always bound. */

/* "UNIQUE constraint failed: payments.order_id" names columns, or an index. */
static bool broken_rule(struct obol_sqlite *base, struct obol_err *err, enum obol_kind kind,
                        const char *what)
{
    const char *text = sqlite3_errmsg(base->db);
    const char *names = text != NULL ? strstr(text, " failed: ") : NULL;
    return obol_fail(err, kind, names != NULL ? names + 9 : "", "%s", what);
}

static bool constraint(struct obol_sqlite *base, int code, struct obol_err *err)
{
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return broken_rule(base, err, OBOL_ERR_CONFLICT,
                           "expected a value that no other row holds");
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return obol_fail(err, OBOL_ERR_CONFLICT, "", "expected rows that refer to each other");
    case SQLITE_CONSTRAINT_NOTNULL:
        return broken_rule(base, err, OBOL_ERR_INVALID, "expected a value");
    case SQLITE_CONSTRAINT_CHECK:
        return broken_rule(base, err, OBOL_ERR_INVALID, "expected values that keep a rule");
    case SQLITE_CONSTRAINT_TRIGGER:
        return obol_fail(err, OBOL_ERR_CONFLICT, "", "a trigger of the database refused it");
    default:
        return obol_fail(err, OBOL_ERR_INVALID, "", "expected a value of its column's type");
    }
}

static bool storage(struct obol_err *err, const char *what)
{
    return obol_fail(err, OBOL_ERR_STORAGE, "", "%s", what);
}

bool obol_sqlite_fail(struct obol_sqlite *base, int code, struct obol_err *err, bool *retryable)
{
    *retryable = false;
    int plain = code & 0xFF;
    base->damaged =
        base->damaged || plain == SQLITE_CORRUPT || plain == SQLITE_NOTADB || plain == SQLITE_IOERR;
    switch (plain) {
    case SQLITE_CONSTRAINT:
        return constraint(base, code, err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        *retryable = true;
        return storage(err, "somebody else holds the database");
    case SQLITE_FULL:
        *retryable = true;
        return storage(err, "no space is left for the database");
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return storage(err, "the database may not be written by the user of this process");
    case SQLITE_CORRUPT:
        return storage(err, "the database is damaged");
    case SQLITE_NOTADB:
        return storage(err, "the file is no database of SQLite");
    case SQLITE_CANTOPEN:
        return storage(err, "the database could not be opened: expected a folder and a file that "
                            "the user of this process may write");
    case SQLITE_IOERR:
        *retryable = true;
        return obol_fail(err, OBOL_ERR_STORAGE, "",
                         "the database could not be read or written "
                         "(SQLite %d)",
                         code);
    case SQLITE_INTERRUPT:
        *retryable = true;
        return storage(err, "the process ends");
    case SQLITE_NOMEM:
        return obol_fail(err, OBOL_ERR_INTERNAL, "", "out of memory");
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
        return obol_fail(err, OBOL_ERR_INVALID, "", "expected values that fit (SQLite %d)", code);
    default:
        return obol_fail(err, OBOL_ERR_INVALID, "",
                         "the database refused the statement "
                         "(SQLite %d)",
                         code);
    }
}
