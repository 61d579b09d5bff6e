#include "store/sqlite.h"

#include "base/secret.h"
#include "base/text.h"

/* Compiled statements, kept for the next time. */

static uint64_t hash_of(struct obol_slice text)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * 1099511628211U;
    return hash;
}

static void drop(struct obol_sqlite_cached *entry)
{
    sqlite3_finalize(entry->stmt);
    obol_secret_free(entry->places, entry->parameters * sizeof *entry->places);
    *entry = (struct obol_sqlite_cached){0};
}

void obol_sqlite_cache_clear(struct obol_sqlite *base)
{
    for (size_t i = 0; i < OBOL_SQLITE_CACHE; i++)
        drop(&base->cache[i]);
}

/* The entry of this text, or else the one that can go. */
static struct obol_sqlite_cached *look_up(struct obol_sqlite *base, struct obol_slice sql,
                                          uint64_t hash)
{
    struct obol_sqlite_cached *oldest = &base->cache[0];
    for (size_t i = 0; i < OBOL_SQLITE_CACHE; i++) {
        struct obol_sqlite_cached *entry = &base->cache[i];
        if (entry->hash == hash && entry->stmt != NULL &&
            obol_slice_is(sql, sqlite3_sql(entry->stmt)))
            return entry;
        if (entry->used < oldest->used)
            oldest = entry;
    }
    return oldest;
}

/* SQLite counts parameters as they come; $1 may come after $2. */
static bool find_places(struct obol_sqlite_cached *entry, struct obol_err *err)
{
    int count = sqlite3_bind_parameter_count(entry->stmt);
    entry->parameters = (size_t)count;
    if (count == 0)
        return true;
    entry->places = obol_secret_alloc(entry->parameters * sizeof *entry->places);
    if (entry->places == NULL)
        return obol_fail(err, OBOL_ERR_INTERNAL, "", "out of memory");
    memset(entry->places, 0, entry->parameters * sizeof *entry->places);
    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(entry->stmt, i);
        int64_t number = 0;
        if (name == NULL || name[0] != '$' ||
            !obol_text_int64(obol_slice_text(name + 1), &number) || number < 1 || number > count)
            return obol_fail(err, OBOL_ERR_INVALID, "sql", "expected the parameters $1, $2, ...");
        entry->places[number - 1] = i;
    }
    return true;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n;")] == '\0';
}

static bool compile(struct obol_sqlite *base, struct obol_sqlite_cached *entry,
                    struct obol_slice sql, struct obol_err *err)
{
    const char *tail = NULL;
    bool retryable = false;
    int code = sqlite3_prepare_v3(base->db, sql.data, (int)sql.size + 1, SQLITE_PREPARE_PERSISTENT,
                                  &entry->stmt, &tail);
    if (code != SQLITE_OK) {
        if ((code & 0xFF) == SQLITE_ERROR)
            return obol_fail(err, OBOL_ERR_INVALID, "sql", "%s", sqlite3_errmsg(base->db));
        return obol_sqlite_fail(base, code, err, &retryable);
    }
    if (entry->stmt == NULL || !is_blank(tail))
        return obol_fail(err, OBOL_ERR_INVALID, "sql", "expected one statement");
    obol_store_count_prepared(base->store);
    return find_places(entry, err);
}

struct obol_sqlite_cached *obol_sqlite_prepare(struct obol_sqlite *base, struct obol_slice sql,
                                               struct obol_err *err)
{
    uint64_t hash = hash_of(sql);
    struct obol_sqlite_cached *entry = look_up(base, sql, hash);
    if (entry->stmt == NULL || entry->hash != hash ||
        !obol_slice_is(sql, sqlite3_sql(entry->stmt))) {
        drop(entry);
        if (!compile(base, entry, sql, err)) {
            drop(entry);
            return NULL;
        }
        entry->hash = hash;
    }
    entry->used = ++base->clock;
    return entry;
}
