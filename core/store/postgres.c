#include "store/postgres.h"

#include "base/secret.h"

#include <time.h>
#include <unistd.h>

/*
 * A group is one transaction, sent as one pipeline without waiting between its statements, and then
 * its commit. Where one of its units fails all is taken back: those before it are run again, then
 * it alone, then those after it. So there are no savepoints, which cost the server much.
 */

enum { NAMES_MAX = 1024 * 1024 };

static void *make(struct obol_store *store)
{
    struct obol_postgres *base = obol_secret_alloc(sizeof *base);
    if (base == NULL)
        return NULL;
    *base = (struct obol_postgres){
        .store = store, .pq = obol_pq_load(), .limit = OBOL_STORE_GROUP_MAX, .noise = 1};
    obol_arena_init(&base->names, NAMES_MAX);
    return base;
}

static void unmake(void *argument)
{
    struct obol_postgres *base = argument;
    obol_arena_free(&base->names);
    obol_secret_free(base, sizeof *base);
}

static size_t limit(const void *base)
{
    return ((const struct obol_postgres *)base)->limit;
}

static bool open_base(void *argument, struct obol_err *err)
{
    struct obol_postgres *base = argument;
    if (base->pq == NULL)
        return obol_fail(err, OBOL_ERR_UNSUPPORTED, "",
                         "PostgreSQL needs the library libpq.so.5 of version 14 or later, which is "
                         "not on this machine");
    return base->connection != NULL || obol_postgres_connect(base, err);
}

static void close_base(void *argument)
{
    struct obol_postgres *base = argument;
    if (base->pq != NULL)
        obol_postgres_disconnect(base);
}

/* The connection is the parent's, and so is what it was about: only our copy of its descriptor is
 * closed. */
static void forget(void *argument)
{
    struct obol_postgres *base = argument;
    if (base->connection != NULL && base->pq->socket(base->connection) >= 0)
        close(base->pq->socket(base->connection));
    base->connection = NULL;
    base->prepared_count = 0;
    base->names = (struct obol_arena){.ceiling = NAMES_MAX};
}

static bool send_group(struct obol_postgres *base, const struct obol_store_group *group)
{
    if (!obol_postgres_send(base, group->writes
                                      ? "begin isolation level read committed read write"
                                      : "begin isolation level repeatable read read only"))
        return false;
    for (struct obol_store_unit *unit = group->first; unit != NULL; unit = unit->next)
        for (struct obol_store_statement *at = unit->first; at != NULL; at = at->next)
            if (!obol_postgres_send_statement(base, at))
                return false;
    return (group->writes || obol_postgres_send(base, "commit")) &&
           base->pq->pipeline_sync(base->connection) == 1;
}

static enum obol_postgres_end read_unit(struct obol_postgres *base, struct obol_store_unit *unit)
{
    enum obol_postgres_end end = OBOL_POSTGRES_FINE;
    for (struct obol_store_statement *at = unit->first; at != NULL; at = at->next) {
        struct obol_err first = unit->err;
        enum obol_postgres_end now = obol_postgres_read_statement(base, unit, at);
        if (now == OBOL_POSTGRES_LOST)
            return now;
        if (end != OBOL_POSTGRES_FINE) {
            unit->err = first; /* what came after it does not count */
        } else if (now != OBOL_POSTGRES_FINE) {
            end = now;
            if (unit->failed_at == 0)
                unit->failed_at = obol_store_unit_place(unit, at);
        }
    }
    return end;
}

/* Reads all answers. *culprit is the first unit that did not do as it should. */
static enum obol_postgres_end read_group(struct obol_postgres *base,
                                         const struct obol_store_group *group,
                                         struct obol_store_unit **culprit)
{
    bool committed = false;
    enum obol_postgres_end end = obol_postgres_read(base, NULL, NULL);
    for (struct obol_store_unit *unit = group->first; unit != NULL && end != OBOL_POSTGRES_LOST;
         unit = unit->next) {
        enum obol_postgres_end now = read_unit(base, unit);
        if (now == OBOL_POSTGRES_LOST)
            return now;
        if (now != OBOL_POSTGRES_FINE && *culprit == NULL) {
            *culprit = unit;
            end = now;
        }
    }
    if (end == OBOL_POSTGRES_LOST)
        return end;
    if (!group->writes && obol_postgres_read(base, NULL, &committed) == OBOL_POSTGRES_LOST)
        return OBOL_POSTGRES_LOST;
    return obol_postgres_read_sync(base) ? end : OBOL_POSTGRES_LOST;
}

/* Nothing of the group is there. Those that were lost too often are told so. */
static void lost(struct obol_postgres *base, const struct obol_store_group *group)
{
    struct obol_err err;
    obol_postgres_disconnect(base);
    obol_fail(&err, OBOL_ERR_STORAGE, "", "the connection to the database was lost");
    for (struct obol_store_unit *unit = group->first; unit != NULL; unit = unit->next)
        if (++unit->tries >= OBOL_STORE_TRIES_MAX)
            obol_store_refuse(unit, &err, true);
}

static void pause_a_little(struct obol_postgres *base, int tries)
{
    base->noise = base->noise * 1103515245U + 12345U + (unsigned)getpid();
    long most = 2000000L << (tries < 6 ? tries : 6);
    const struct timespec moment = {.tv_nsec = most / 2 + (long)(base->noise >> 8) % (most / 2)};
    nanosleep(&moment, NULL);
}

static void take_back(struct obol_postgres *base, const struct obol_store_group *group)
{
    if (!obol_postgres_send(base, "rollback") || base->pq->pipeline_sync(base->connection) != 1 ||
        obol_postgres_read(base, NULL, NULL) == OBOL_POSTGRES_LOST ||
        !obol_postgres_read_sync(base))
        obol_postgres_disconnect(base);
    if (group->count > 1 && base->limit > 1)
        base->limit /= 2;
}

/* The culprit is told what is wrong with it only when it was alone: in company, one that was taken
 * back with it may have been in its way. */
static void refuse(struct obol_postgres *base, const struct obol_store_group *group,
                   struct obol_store_unit *culprit, enum obol_postgres_end end)
{
    take_back(base, group);
    if (culprit == NULL || culprit->err.kind == OBOL_ERR_NONE) {
        lost(base, group); /* the transaction itself could not begin */
        return;
    }
    culprit->alone = true;
    if (end == OBOL_POSTGRES_AGAIN && ++culprit->tries < OBOL_STORE_TRIES_MAX) {
        if (base->stale)
            obol_postgres_disconnect(base);
        pause_a_little(base, culprit->tries);
        return;
    }
    if (group->count == 1)
        obol_store_answer(culprit);
}

static void answer_all(struct obol_postgres *base, const struct obol_store_group *group)
{
    for (struct obol_store_unit *unit = group->first; unit != NULL; unit = unit->next)
        obol_store_answer(unit);
    obol_store_count_group(base->store);
    base->limit = base->limit * 2 < OBOL_STORE_GROUP_MAX ? base->limit * 2 : OBOL_STORE_GROUP_MAX;
}

/* The server has said no to the commit, or nothing at all. Some of its words leave open whether it
 * has committed before it said them. */
static void not_committed(struct obol_postgres *base, const struct obol_store_group *group,
                          enum obol_postgres_end end, const char *code)
{
    bool known = end != OBOL_POSTGRES_LOST && strcmp(code, "40003") != 0 &&
                 !obol_text_starts(code, "XX") && !obol_text_starts(code, "58");
    struct obol_err err;
    if (!known)
        obol_postgres_disconnect(base);
    obol_fail(&err, OBOL_ERR_STORAGE, "", "%s",
              known ? "the server refused the commit" : "the answer to the commit was lost");
    bool rule = obol_text_starts(code, "23");
    for (struct obol_store_unit *unit = group->first; unit != NULL; unit = unit->next) {
        unit->alone = true;
        bool again = known && (group->count > 1 || end == OBOL_POSTGRES_AGAIN) &&
                     ++unit->tries < OBOL_STORE_TRIES_MAX;
        if (again)
            continue;
        unit->unknown = !known && !unit->read;
        if (rule)
            obol_fail(&err, OBOL_ERR_CONFLICT, "", "expected rows that refer to each other");
        obol_store_refuse(unit, &err, !known || !rule);
    }
}

static void commit(struct obol_postgres *base, const struct obol_store_group *group)
{
    char code[6] = "";
    bool committed = false;
    enum obol_postgres_end end = OBOL_POSTGRES_LOST;
    if (obol_postgres_send(base, "commit") && base->pq->pipeline_sync(base->connection) == 1)
        end = obol_postgres_read(base, code, &committed);
    if (end == OBOL_POSTGRES_FINE && committed) {
        answer_all(base, group);
        if (!obol_postgres_read_sync(base))
            obol_postgres_disconnect(base);
        return;
    }
    if (end != OBOL_POSTGRES_LOST && !obol_postgres_read_sync(base))
        obol_postgres_disconnect(base);
    not_committed(base, group, end, code);
}

static void run(void *argument, const struct obol_store_group *group)
{
    struct obol_postgres *base = argument;
    struct obol_store_unit *culprit = NULL;
    enum obol_postgres_end end = OBOL_POSTGRES_LOST;
    if (send_group(base, group))
        end = read_group(base, group, &culprit);
    if (end == OBOL_POSTGRES_LOST)
        lost(base, group);
    else if (end != OBOL_POSTGRES_FINE)
        refuse(base, group, culprit, end);
    else if (group->writes)
        commit(base, group);
    else
        answer_all(base, group);
}

const struct obol_store_backend obol_store_postgres = {
    .make = make,
    .unmake = unmake,
    .limit = limit,
    .open = open_base,
    .run = run,
    .close = close_base,
    .forget = forget,
};
