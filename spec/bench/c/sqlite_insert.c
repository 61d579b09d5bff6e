/*
 * usage: sqlite_insert FILE COUNT
 * Inserts COUNT rows, each in a transaction that is on the disk before the next one; prints how
 * many in a second. What SQLite does without anything around it.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static sqlite3 *open_file(const char *path)
{
    sqlite3 *db = NULL;
    const char *setup = "pragma journal_mode = wal; pragma synchronous = full;"
                        "create table if not exists t (id integer primary key, word text)";
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db, setup, NULL, NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(db));
        return NULL;
    }
    return db;
}

static int insert(sqlite3_stmt *stmt, const char *word)
{
    sqlite3_bind_text(stmt, 1, word, -1, SQLITE_STATIC);
    int code = sqlite3_step(stmt);
    sqlite3_reset(stmt);
    return code == SQLITE_DONE;
}

int main(int count, char **words)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = count == 3 ? open_file(words[1]) : NULL;
    char word[201];
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    if (db == NULL ||
        sqlite3_prepare_v2(db, "insert into t (word) values ($1)", -1, &stmt, NULL) != SQLITE_OK)
        return 1;
    long rows = strtol(words[2], NULL, 10);
    double from = now_s();
    for (long i = 0; i < rows; i++)
        if (!insert(stmt, word))
            return 1;
    printf("%.1f\n", (double)rows / (now_s() - from));
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return 0;
}
