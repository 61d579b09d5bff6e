#include "store/sqlite.h"

#include "base/secret.h"
#include "store/sqlite_open.h"

/* A group is one transaction, with a savepoint for each of its units. */

static void *make(struct obol_store *store)
{
    struct obol_sqlite *base = obol_secret_alloc(sizeof *base);
    if (base == NULL)
        return NULL;
    *base = (struct obol_sqlite){.store = store, .memory = strcmp(store->url, ":memory:") == 0};
    return base;
}

static void unmake(void *base)
{
    obol_secret_free(base, sizeof(struct obol_sqlite));
}

static size_t limit(const void *base)
{
    (void)base;
    return OBOL_STORE_GROUP_MAX;
}

static bool open_base(void *base, struct obol_err *err)
{
    return obol_sqlite_open(base, err);
}

static void close_base(void *base)
{
    obol_sqlite_shut(base);
}

/* SQLite's locks are the process's, and a child that inherits its lists of them would believe to
 * hold what it does not: a file is closed and opened again after the fork. What is in memory alone
 * stays, as the child has a copy of it. */
static void rest(void *argument)
{
    struct obol_sqlite *base = argument;
    if (!base->memory)
        obol_sqlite_shut(base);
}

static void forget(void *base)
{
    (void)base;
}

/* One of our own statements; SQLite's code. */
static int control(struct obol_sqlite *base, const char *sql)
{
    struct obol_err err;
    struct obol_sqlite_cached *entry = obol_sqlite_prepare(base, obol_slice_text(sql), &err);
    if (entry == NULL)
        return sqlite3_errcode(base->db) != SQLITE_OK ? sqlite3_extended_errcode(base->db)
                                                      : SQLITE_NOMEM;
    (void)sqlite3_step(entry->stmt);
    return sqlite3_reset(entry->stmt);
}

static bool in_transaction(const struct obol_sqlite *base)
{
    return base->db != NULL && sqlite3_get_autocommit(base->db) == 0;
}

/* After this nothing of the group is there, or the database is closed. */
static void roll_back(struct obol_sqlite *base)
{
    if (in_transaction(base) && control(base, "rollback") != SQLITE_OK && in_transaction(base))
        obol_sqlite_shut(base);
}

static bool run_statements(struct obol_sqlite *base, struct obol_store_unit *unit)
{
    struct obol_store_statement *at = unit->first;
    while (at != NULL && obol_sqlite_run(base, unit, at))
        at = at->next;
    if (at != NULL && unit->failed_at == 0)
        unit->failed_at = obol_store_unit_place(unit, at);
    return at == NULL;
}

/* False when the whole transaction is lost; the unit itself is then answered if it did that. */
static bool run_unit(struct obol_sqlite *base, struct obol_store_unit *unit, bool shared)
{
    int code = shared ? control(base, "savepoint unit") : SQLITE_OK;
    if (code != SQLITE_OK) {
        obol_sqlite_fail(base, code, &unit->err, &unit->retryable);
        obol_store_answer(unit);
        return false;
    }
    bool fine = run_statements(base, unit);
    bool lost = !in_transaction(base);
    if (!lost && shared && !fine)
        code = control(base, "rollback to unit");
    if (!lost && shared && code == SQLITE_OK)
        code = control(base, "release unit");
    if (!lost && code == SQLITE_OK)
        return true;
    if (fine)
        obol_sqlite_fail(base, lost ? SQLITE_ABORT : code, &unit->err, &unit->retryable);
    obol_store_answer(unit);
    return false;
}

/* The transaction could not begin. */
static void refuse_all(struct obol_sqlite *base, const struct obol_store_group *group, int code)
{
    struct obol_err err;
    bool retryable = false;
    if ((code & 0xFF) == SQLITE_BUSY && atomic_load(&base->store->hurry) != OBOL_STORE_CALM)
        return; /* it was not given its time */
    obol_sqlite_fail(base, code, &err, &retryable);
    for (struct obol_store_unit *unit = group->first; unit != NULL; unit = unit->next)
        obol_store_refuse(unit, &err, retryable);
}

/* Where the disk could not say whether it has what it was given, a part that a later start finds
 * may be all of it. */
static void commit_failed(struct obol_sqlite *base, const struct obol_store_group *group, int code)
{
    struct obol_err err;
    bool retryable = false;
    obol_sqlite_fail(base, code, &err, &retryable);
    roll_back(base);
    bool broken_rule = (code & 0xFF) == SQLITE_CONSTRAINT;
    for (struct obol_store_unit *unit = group->first; unit != NULL; unit = unit->next) {
        unit->alone = true;
        if (broken_rule && group->count > 1)
            continue; /* one of them did it, and each is to be told its own */
        if (unit->err.kind == OBOL_ERR_NONE) {
            unit->unknown = (code & 0xFF) == SQLITE_IOERR && !unit->read;
            obol_store_refuse(unit, &err, retryable);
        }
        obol_store_answer(unit);
    }
}

static void run_group(struct obol_sqlite *base, const struct obol_store_group *group)
{
    int code = control(base, group->writes ? "begin immediate" : "begin");
    if (code != SQLITE_OK) {
        refuse_all(base, group, code);
        return;
    }
    struct obol_store_unit *unit = group->first;
    while (unit != NULL && run_unit(base, unit, group->count > 1))
        unit = unit->next;
    if (unit != NULL) { /* the others are run again, without this one */
        roll_back(base);
        return;
    }
    if (group->count == 1 && group->first->err.kind != OBOL_ERR_NONE) {
        roll_back(base);
        obol_store_answer(group->first);
        return;
    }
    code = control(base, "commit");
    if (code != SQLITE_OK) {
        commit_failed(base, group, code);
        return;
    }
    for (unit = group->first; unit != NULL; unit = unit->next)
        obol_store_answer(unit);
    obol_store_count_group(base->store);
}

/* A file that is damaged is opened anew for the next group, and looked through again. */
static void run(void *argument, const struct obol_store_group *group)
{
    struct obol_sqlite *base = argument;
    run_group(base, group);
    if (!base->damaged)
        return;
    roll_back(base);
    if (!base->memory)
        obol_sqlite_shut(base);
}

const struct obol_store_backend obol_store_sqlite = {
    .make = make,
    .unmake = unmake,
    .limit = limit,
    .open = open_base,
    .run = run,
    .close = close_base,
    .rest = rest,
    .forget = forget,
};
