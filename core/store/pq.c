#include "store/pq.h"
#include "store/store.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static const char LIBRARY[] = "libpq.so.5";
enum { OLDEST = 140000 };

static struct {
    pthread_once_t once;
    struct obol_pq pq;
    bool there;
    char version[16];
} library = {.once = PTHREAD_ONCE_INIT};

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
    {"PQlibVersion", offsetof(struct obol_pq, lib_version)},
    {"PQconnectStartParams", offsetof(struct obol_pq, connect_start)},
    {"PQconnectPoll", offsetof(struct obol_pq, connect_poll)},
    {"PQstatus", offsetof(struct obol_pq, status)},
    {"PQsocket", offsetof(struct obol_pq, socket)},
    {"PQfinish", offsetof(struct obol_pq, finish)},
    {"PQsetnonblocking", offsetof(struct obol_pq, set_nonblocking)},
    {"PQenterPipelineMode", offsetof(struct obol_pq, enter_pipeline)},
    {"PQpipelineSync", offsetof(struct obol_pq, pipeline_sync)},
    {"PQsendQueryParams", offsetof(struct obol_pq, send_query)},
    {"PQsendPrepare", offsetof(struct obol_pq, send_prepare)},
    {"PQsendQueryPrepared", offsetof(struct obol_pq, send_prepared)},
    {"PQflush", offsetof(struct obol_pq, flush)},
    {"PQconsumeInput", offsetof(struct obol_pq, consume_input)},
    {"PQisBusy", offsetof(struct obol_pq, is_busy)},
    {"PQgetResult", offsetof(struct obol_pq, get_result)},
    {"PQresultStatus", offsetof(struct obol_pq, result_status)},
    {"PQresultErrorField", offsetof(struct obol_pq, error_field)},
    {"PQclear", offsetof(struct obol_pq, clear)},
    {"PQntuples", offsetof(struct obol_pq, row_count)},
    {"PQnfields", offsetof(struct obol_pq, column_count)},
    {"PQfname", offsetof(struct obol_pq, column_name)},
    {"PQftype", offsetof(struct obol_pq, column_type)},
    {"PQgetvalue", offsetof(struct obol_pq, value)},
    {"PQgetlength", offsetof(struct obol_pq, size)},
    {"PQgetisnull", offsetof(struct obol_pq, is_null)},
    {"PQcmdTuples", offsetof(struct obol_pq, changed)},
    {"PQcmdStatus", offsetof(struct obol_pq, tag)},
    {"PQsetNoticeReceiver", offsetof(struct obol_pq, set_notice_receiver)},
};

/* OpenSSL, on which libpq stands, cleans up when the process ends: it has to begin before whoever
 * registers that our threads end. */
static void begin_openssl(void *handle)
{
    int (*begin)(uint64_t options, const void *settings) = NULL;
    void *address = dlsym(handle, "OPENSSL_init_ssl");
    memcpy(&begin, &address, sizeof begin);
    if (begin != NULL)
        (void)begin(0, NULL);
}

/* Never closed: our threads may be inside of it. */
static void load(void)
{
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; handle != NULL && i < sizeof functions / sizeof functions[0]; i++) {
        void *address = dlsym(handle, functions[i].name);
        if (address == NULL)
            return;
        memcpy((char *)&library.pq + functions[i].offset, &address, sizeof address);
    }
    if (handle == NULL || library.pq.lib_version() < OLDEST)
        return;
    begin_openssl(handle);
    int version = library.pq.lib_version();
    snprintf(library.version, sizeof library.version, "%d.%d", version / 10000, version % 10000);
    library.there = true;
}

const struct obol_pq *obol_pq_load(void)
{
    return pthread_once(&library.once, load) == 0 && library.there ? &library.pq : NULL;
}

const char *obol_store_postgres_version(void)
{
    return obol_pq_load() != NULL ? library.version : NULL;
}
