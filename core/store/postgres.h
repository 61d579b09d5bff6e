#pragma once

/* Between the files of PostgreSQL; all of it belongs to the thread of the store. */

#include "store/engine.h"
#include "store/pq.h"

enum { OBOL_POSTGRES_CACHE = 256 };

struct obol_postgres_prepared {
    struct obol_slice sql;
    const unsigned *types;
    size_t count;
    uint64_t hash;
    bool ready; /* the server has it */
    bool sent;  /* ... or was asked to in this pipeline */
    char name[12];
};

struct obol_postgres {
    struct obol_store *store;
    const struct obol_pq *pq;
    struct obol_pq_connection *connection; /* null: there is none */
    bool was_there;                        /* a connection that is gone is worth waiting for */
    size_t limit;                          /* how many units share the next transaction */
    unsigned noise;
    bool stale;              /* what was prepared is out of date */
    struct obol_arena names; /* of the prepared statements */
    struct obol_postgres_prepared prepared[OBOL_POSTGRES_CACHE];
    size_t prepared_count;
};

/* What came of what was sent. */
enum obol_postgres_end {
    OBOL_POSTGRES_FINE,
    OBOL_POSTGRES_REFUSED, /* the server, or a row count, says no */
    OBOL_POSTGRES_AGAIN,   /* the server says no to what may succeed when it is run again */
    OBOL_POSTGRES_LOST,    /* the connection is gone */
};

/* postgres_connect.c */
bool obol_postgres_connect(struct obol_postgres *base, struct obol_err *err) OBOL_MUST_USE;
void obol_postgres_disconnect(struct obol_postgres *base);
/* The next result of the command, null after its last; false when the connection is gone. */
bool obol_postgres_next(struct obol_postgres *base, struct obol_pq_result **result) OBOL_MUST_USE;
/* Sends a statement of our own, without values. */
bool obol_postgres_send(struct obol_postgres *base, const char *sql) OBOL_MUST_USE;
/* Reads what one command gave, without looking at rows. *code, when asked for, is its SQLSTATE. */
enum obol_postgres_end obol_postgres_read(struct obol_postgres *base, char code[6],
                                          bool *committed);
/* Reads the end of a pipeline. */
bool obol_postgres_read_sync(struct obol_postgres *base) OBOL_MUST_USE;

/* postgres_send.c: asks for a statement of a unit */
bool obol_postgres_send_statement(struct obol_postgres *base,
                                  const struct obol_store_statement *statement) OBOL_MUST_USE;
/* The prepared statement that stands for it; null: it is sent each time. */
struct obol_postgres_prepared *obol_postgres_find(struct obol_postgres *base,
                                                  const struct obol_store_statement *statement);

/* postgres_result.c: reads what the statement gave into it. What is refused is in unit->err. */
enum obol_postgres_end obol_postgres_read_statement(struct obol_postgres *base,
                                                    struct obol_store_unit *unit,
                                                    struct obol_store_statement *statement);

/* postgres_error.c: what the server says. */
enum obol_postgres_end obol_postgres_fail(struct obol_postgres *base,
                                          const struct obol_pq_result *result, struct obol_err *err,
                                          bool *retryable);
enum obol_postgres_end obol_postgres_kind(const char *code);
