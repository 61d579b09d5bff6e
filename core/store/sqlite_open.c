#include "store/sqlite_open.h"

#include "base/clock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Opening a file so that what is committed is on the disk, and nobody else may read it. */

enum { QUICK_CHECK_BYTES = 64 * 1024 * 1024, PROGRESS_STEPS = 20000, BUSY_MS_MAX = 20 };

const char *obol_store_sqlite_version(void)
{
    return sqlite3_libversion();
}

/* Somebody else holds what is needed: waits a little longer each time, not in step with others. */
static int on_busy(void *argument, int count)
{
    struct obol_sqlite *base = argument;
    int64_t now = obol_clock_monotonic_ms();
    if (count == 0)
        base->busy_until_ms = now + base->store->options.busy_ms;
    if (now >= base->busy_until_ms || atomic_load(&base->store->hurry) != OBOL_STORE_CALM)
        return 0;
    unsigned char noise = 0;
    sqlite3_randomness(1, &noise);
    int most = count < BUSY_MS_MAX ? count + 1 : BUSY_MS_MAX;
    const struct timespec moment = {.tv_nsec = (long)most * 1000000 * (noise + 64) / 320};
    nanosleep(&moment, NULL);
    return 1;
}

static int on_progress(void *argument)
{
    const struct obol_sqlite *base = argument;
    return atomic_load(&base->store->hurry) == OBOL_STORE_STOP;
}

/* SQLite would let everybody read a file that it makes. */
static void make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd >= 0)
        close(fd);
}

/* The first column of the first row, or of none an empty text. */
static bool ask(struct obol_sqlite *base, const char *sql, char *answer, size_t room,
                struct obol_err *err)
{
    sqlite3_stmt *stmt = NULL;
    bool retryable = false;
    answer[0] = '\0';
    int code = sqlite3_prepare_v2(base->db, sql, -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(stmt, 0);
        sqlite3_snprintf((int)room, answer, "%s", text != NULL ? text : "");
    }
    bool fine = code == SQLITE_ROW || code == SQLITE_DONE;
    if (!fine)
        obol_sqlite_fail(base, code, err, &retryable);
    sqlite3_finalize(stmt);
    return fine;
}

/* SQLite does not wait by itself here: of several that open a new file at once, one makes its
 * journal and the others are told that it is busy. */
static bool use_journal(struct obol_sqlite *base, char *answer, size_t room, struct obol_err *err)
{
    base->busy_until_ms = obol_clock_monotonic_ms() + base->store->options.busy_ms;
    int count = 1;
    while (!ask(base, "pragma journal_mode = wal", answer, room, err))
        if ((sqlite3_errcode(base->db) & 0xFF) != SQLITE_BUSY || on_busy(base, count++) == 0)
            return false;
    *err = (struct obol_err){0};
    return true;
}

static bool set_up(struct obol_sqlite *base, struct obol_err *err)
{
    static const char *const settings[] = {"pragma foreign_keys = on", "pragma synchronous = full",
                                           "pragma cell_size_check = on",
                                           "pragma journal_size_limit = 67108864", NULL};
    char answer[64];
    if (!use_journal(base, answer, sizeof answer, err))
        return false;
    if (!base->memory && strcmp(answer, "wal") != 0)
        return obol_fail(err, OBOL_ERR_STORAGE, "", "the database cannot keep a journal beside it");
    for (const char *const *setting = settings; *setting != NULL; setting++)
        if (!ask(base, *setting, answer, sizeof answer, err))
            return false;
    return true;
}

static bool is_small(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && status.st_size <= QUICK_CHECK_BYTES;
}

static bool check(struct obol_sqlite *base, struct obol_err *err)
{
    char answer[64];
    enum obol_store_check wanted = base->store->options.check;
    if (!ask(base, "select count(*) from sqlite_schema", answer, sizeof answer, err))
        return false;
    if (wanted == OBOL_STORE_CHECK_NONE ||
        (wanted == OBOL_STORE_CHECK_QUICK && !is_small(base->store->url)))
        return true;
    if (!ask(base,
             wanted == OBOL_STORE_CHECK_FULL ? "pragma integrity_check(1)"
                                             : "pragma quick_check(1)",
             answer, sizeof answer, err))
        return false;
    return strcmp(answer, "ok") == 0 ||
           obol_fail(err, OBOL_ERR_STORAGE, "", "the database is damaged");
}

static bool open_file(struct obol_sqlite *base, struct obol_err *err)
{
    const char *path = base->store->url;
    bool retryable = false;
    if (!base->memory)
        make_private(path);
    int code = sqlite3_open_v2(path, &base->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return obol_sqlite_fail(base, code, err, &retryable);
    sqlite3_extended_result_codes(base->db, 1);
    sqlite3_busy_handler(base->db, on_busy, base);
    sqlite3_progress_handler(base->db, PROGRESS_STEPS, on_progress, base);
    sqlite3_db_config(base->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(base->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(base->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(base->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    if (sqlite3_db_readonly(base->db, "main") == 1)
        return obol_sqlite_fail(base, SQLITE_READONLY, err, &retryable);
    return true;
}

void obol_sqlite_shut(struct obol_sqlite *base)
{
    obol_sqlite_cache_clear(base);
    sqlite3_close_v2(base->db);
    base->db = NULL;
    base->damaged = false;
}

bool obol_sqlite_open(struct obol_sqlite *base, struct obol_err *err)
{
    if (base->db != NULL)
        return true;
    if (open_file(base, err) && set_up(base, err) && check(base, err)) {
        obol_store_count_opened(base->store);
        return true;
    }
    obol_sqlite_shut(base);
    return false;
}
