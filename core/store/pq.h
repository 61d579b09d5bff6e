#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * libpq, loaded when it is first needed, so that the core installs where it is missing. Its header
 * is not needed to build: names, shapes and numbers are those of its stable interface since
 * version 14, which brought pipelines.
 */
struct obol_pq_connection;
struct obol_pq_result;

enum { OBOL_PQ_CONNECTED = 0, OBOL_PQ_BAD = 1, OBOL_PQ_AWAITING = 4 }; /* ConnStatusType */
enum { OBOL_PQ_FAILED = 0, OBOL_PQ_READING = 1, OBOL_PQ_WRITING = 2, OBOL_PQ_READY = 3 };
enum {
    OBOL_PQ_COMMAND_OK = 1,
    OBOL_PQ_TUPLES_OK = 2,
    OBOL_PQ_SYNC = 10,
    OBOL_PQ_ABORTED = 11, /* came after a failure in its pipeline */
};                        /* ExecStatusType */
enum {
    OBOL_PQ_BOOL = 16,
    OBOL_PQ_BYTEA = 17,
    OBOL_PQ_INT8 = 20,
    OBOL_PQ_INT2 = 21,
    OBOL_PQ_INT4 = 23,
    OBOL_PQ_TEXT = 25,
    OBOL_PQ_OID = 26,
    OBOL_PQ_FLOAT4 = 700,
    OBOL_PQ_FLOAT8 = 701
};

struct obol_pq {
    int (*lib_version)(void);
    struct obol_pq_connection *(*connect_start)(const char *const *words, const char *const *values,
                                                int expand);
    int (*connect_poll)(struct obol_pq_connection *connection);
    int (*status)(const struct obol_pq_connection *connection);
    int (*socket)(const struct obol_pq_connection *connection);
    void (*finish)(struct obol_pq_connection *connection);
    int (*set_nonblocking)(struct obol_pq_connection *connection, int on);
    int (*enter_pipeline)(struct obol_pq_connection *connection);
    int (*pipeline_sync)(struct obol_pq_connection *connection);
    int (*send_query)(struct obol_pq_connection *connection, const char *sql, int count,
                      const unsigned *types, const char *const *values, const int *sizes,
                      const int *formats, int result_format);
    int (*send_prepare)(struct obol_pq_connection *connection, const char *name, const char *sql,
                        int count, const unsigned *types);
    int (*send_prepared)(struct obol_pq_connection *connection, const char *name, int count,
                         const char *const *values, const int *sizes, const int *formats,
                         int result_format);
    int (*flush)(struct obol_pq_connection *connection);
    int (*consume_input)(struct obol_pq_connection *connection);
    int (*is_busy)(struct obol_pq_connection *connection);
    struct obol_pq_result *(*get_result)(struct obol_pq_connection *connection);
    int (*result_status)(const struct obol_pq_result *result);
    char *(*error_field)(const struct obol_pq_result *result, int field);
    void (*clear)(struct obol_pq_result *result);
    int (*row_count)(const struct obol_pq_result *result);
    int (*column_count)(const struct obol_pq_result *result);
    char *(*column_name)(const struct obol_pq_result *result, int column);
    unsigned (*column_type)(const struct obol_pq_result *result, int column);
    char *(*value)(const struct obol_pq_result *result, int row, int column);
    int (*size)(const struct obol_pq_result *result, int row, int column);
    int (*is_null)(const struct obol_pq_result *result, int row, int column);
    char *(*changed)(struct obol_pq_result *result);
    char *(*tag)(struct obol_pq_result *result);
    void *(*set_notice_receiver)(struct obol_pq_connection *connection,
                                 void (*receiver)(void *, const struct obol_pq_result *),
                                 void *argument);
};

/* Null when it is not on this machine, or too old. */
const struct obol_pq *obol_pq_load(void);
