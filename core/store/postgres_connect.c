#include "store/postgres.h"

#include "base/clock.h"

#include <poll.h>
#include <stdio.h>
#include <time.h>

/* The connection: made, watched and given up without ever blocking for longer than is asked. */

enum { SLACK_MS = 5000, FIRST_PAUSE_MS = 20, LONGEST_PAUSE_MS = 500 };

static bool is_stopped(const struct obol_postgres *base)
{
    return atomic_load(&base->store->hurry) == OBOL_STORE_STOP;
}

/* Until the socket is ready; false when the time ran out or the process ends. */
static bool wait_for(struct obol_postgres *base, bool to_write, int64_t until_ms)
{
    struct pollfd list[] = {{.fd = base->pq->socket(base->connection),
                             .events = (short)(to_write ? POLLIN | POLLOUT : POLLIN)},
                            {.fd = base->store->wake, .events = POLLIN}};
    int64_t left = until_ms - obol_clock_monotonic_ms();
    if (left <= 0 || list[0].fd < 0 || is_stopped(base))
        return false;
    int count = poll(list, 2, left < INT32_MAX ? (int)left : INT32_MAX);
    return !is_stopped(base) && count != 0;
}

static void ignore_notice(void *unused, const struct obol_pq_result *result)
{
    (void)unused;
    (void)result;
}

static bool unreachable(struct obol_postgres *base, struct obol_err *err)
{
    bool answered = base->connection != NULL && base->pq->socket(base->connection) >= 0 &&
                    base->pq->status(base->connection) != OBOL_PQ_BAD;
    obol_postgres_disconnect(base);
    return obol_fail(err, OBOL_ERR_STORAGE, "", "%s",
                     answered ? "the server of the database does not answer"
                              : "could not connect to the server of the database");
}

static bool begin_session(struct obol_postgres *base)
{
    char sql[512];
    const struct obol_store_options *options = &base->store->options;
    /* a commit that is answered is on the disk, whatever the server's own setting is */
    snprintf(sql, sizeof sql,
             "select set_config('statement_timeout', '%lld', false),"
             " set_config('lock_timeout', '%lld', false),"
             " set_config('idle_in_transaction_session_timeout', '%lld', false),"
             " set_config('bytea_output', 'hex', false),"
             " set_config('synchronous_commit', case current_setting('synchronous_commit')"
             " when 'off' then 'on' else current_setting('synchronous_commit') end, false)",
             (long long)options->timeout_ms, (long long)options->busy_ms,
             (long long)options->timeout_ms);
    return obol_postgres_send(base, sql) && base->pq->pipeline_sync(base->connection) == 1 &&
           obol_postgres_read(base, NULL, NULL) == OBOL_POSTGRES_FINE &&
           obol_postgres_read_sync(base);
}

static bool try_once(struct obol_postgres *base, int64_t until_ms, struct obol_err *err)
{
    static const char *const words[] = {"dbname", "client_encoding", "fallback_application_name",
                                        NULL};
    const char *const values[] = {base->store->url, "UTF8", "obol", NULL};
    const struct obol_pq *pq = base->pq;
    base->connection = pq->connect_start(words, values, 1);
    if (base->connection == NULL)
        return obol_fail(err, OBOL_ERR_INTERNAL, "", "out of memory");
    pq->set_notice_receiver(base->connection, ignore_notice, NULL);
    int stage = OBOL_PQ_WRITING, status = pq->status(base->connection);
    while (status != OBOL_PQ_BAD && stage != OBOL_PQ_READY && stage != OBOL_PQ_FAILED) {
        if (!wait_for(base, stage == OBOL_PQ_WRITING, until_ms))
            return unreachable(base, err);
        int before = pq->status(base->connection);
        stage = pq->connect_poll(base->connection);
        if (stage == OBOL_PQ_FAILED && before >= OBOL_PQ_AWAITING) {
            obol_postgres_disconnect(base);
            return obol_fail(err, OBOL_ERR_STORAGE, "",
                             "the server refused the connection: user, "
                             "password, database, or not ready");
        }
    }
    if (stage != OBOL_PQ_READY || pq->set_nonblocking(base->connection, 1) != 0 ||
        pq->enter_pipeline(base->connection) != 1 || !begin_session(base))
        return unreachable(base, err);
    return true;
}

static void pause_ms(int64_t ms)
{
    const struct timespec moment = {.tv_sec = (time_t)(ms / 1000),
                                    .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&moment, NULL);
}

/* A server that was there may be starting again, which is waited for once. */
bool obol_postgres_connect(struct obol_postgres *base, struct obol_err *err)
{
    int64_t until_ms = obol_clock_monotonic_ms() + base->store->options.connect_ms;
    int64_t pause = FIRST_PAUSE_MS;
    while (!try_once(base, until_ms, err)) {
        bool in_time = obol_clock_monotonic_ms() + pause < until_ms;
        if (!base->was_there || !in_time || is_stopped(base)) {
            base->was_there = false;
            return false;
        }
        pause_ms(pause);
        pause = pause * 2 < LONGEST_PAUSE_MS ? pause * 2 : LONGEST_PAUSE_MS;
    }
    base->was_there = true;
    obol_store_count_opened(base->store);
    return true;
}

void obol_postgres_disconnect(struct obol_postgres *base)
{
    if (base->connection != NULL)
        base->pq->finish(base->connection);
    base->connection = NULL;
    base->prepared_count = 0;
    size_t ceiling = base->names.ceiling;
    obol_arena_free(&base->names);
    obol_arena_init(&base->names, ceiling);
}

bool obol_postgres_next(struct obol_postgres *base, struct obol_pq_result **result)
{
    const struct obol_pq *pq = base->pq;
    int64_t until_ms = obol_clock_monotonic_ms() + base->store->options.timeout_ms + SLACK_MS;
    *result = NULL;
    while (pq->is_busy(base->connection)) {
        int flushed = pq->flush(base->connection);
        if (flushed < 0 || !wait_for(base, flushed == 1, until_ms) ||
            pq->consume_input(base->connection) != 1)
            return false;
    }
    *result = pq->get_result(base->connection);
    if (pq->status(base->connection) != OBOL_PQ_BAD)
        return true;
    pq->clear(*result);
    *result = NULL;
    return false;
}

bool obol_postgres_send(struct obol_postgres *base, const char *sql)
{
    return base->pq->send_query(base->connection, sql, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

enum obol_postgres_end obol_postgres_read(struct obol_postgres *base, char code[6], bool *committed)
{
    const struct obol_pq *pq = base->pq;
    enum obol_postgres_end end = OBOL_POSTGRES_FINE;
    struct obol_pq_result *result = NULL;
    for (;;) {
        if (!obol_postgres_next(base, &result))
            return OBOL_POSTGRES_LOST;
        if (result == NULL)
            return end;
        int status = pq->result_status(result);
        if (committed != NULL)
            *committed = status == OBOL_PQ_COMMAND_OK && strcmp(pq->tag(result), "COMMIT") == 0;
        if (status == OBOL_PQ_ABORTED) {
            end = OBOL_POSTGRES_REFUSED;
        } else if (status != OBOL_PQ_COMMAND_OK && status != OBOL_PQ_TUPLES_OK) {
            const char *state = pq->error_field(result, 'C');
            end = obol_postgres_kind(state);
            if (code != NULL)
                snprintf(code, 6, "%s", state != NULL ? state : "");
        }
        pq->clear(result);
        if (end == OBOL_POSTGRES_LOST)
            return end;
    }
}

bool obol_postgres_read_sync(struct obol_postgres *base)
{
    struct obol_pq_result *result = NULL;
    if (!obol_postgres_next(base, &result))
        return false;
    bool fine = result != NULL && base->pq->result_status(result) == OBOL_PQ_SYNC;
    base->pq->clear(result);
    return fine;
}
