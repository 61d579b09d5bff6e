#include "base/clock.h"
#include "net/engine.h"

#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(LIBCURL_VERSION_NUM >= 0x075700,
               "before 7.87 a slow name lookup holds up other calls and the end of the process");

enum {
    IDLE_HANDLES_MAX = 256,
    IDLE_CONNECTION_MAX_S = 45, /* below the usual limit of servers, so that few close on us */
    UPLOAD_BUFFER = 16 * 1024,
};

static CURL *idle[IDLE_HANDLES_MAX];
static size_t idle_count;
static atomic_uint_fast64_t connections;

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)context;
    (void)purpose;
    atomic_fetch_add_explicit(&connections, 1, memory_order_relaxed);
    /* a program that the host starts must not inherit it */
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int before_sending(void *context, char *remote_ip, char *local_ip, int remote_port,
                          int local_port)
{
    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    return obol_net_may_send(context) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* There is no way back to the start of this body: libcurl cannot send it twice by itself. */
static size_t read_body(char *room, size_t size, size_t count, void *context)
{
    struct obol_net_call *call = context;
    size_t left = call->body.size - call->body_read;
    size_t most = size * count < left ? size * count : left;
    if (most != 0)
        memcpy(room, call->body.data + call->body_read, most);
    call->body_read += most;
    return most;
}

static int status_of(struct obol_slice line)
{
    const char *blank = memchr(line.data, ' ', line.size);
    size_t at = blank != NULL ? (size_t)(blank - line.data) + 1 : line.size;
    int status = 0;
    for (size_t i = 0; i < 3; i++, at++) {
        if (at >= line.size || line.data[at] < '0' || line.data[at] > '9')
            return 0;
        status = status * 10 + (line.data[at] - '0');
    }
    return status;
}

static size_t stop(struct obol_net_call *call, enum obol_net_stop why)
{
    call->stop = why;
    return 0;
}

/* Interim answers (1xx) give way to the next; what comes after the last head is trailers, which
 * are counted and otherwise ignored. */
static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    struct obol_net_call *call = context;
    struct obol_slice line = obol_slice(data, size * count);
    call->first_byte_until_ms = 0;
    call->head_seen += line.size;
    call->lines++;
    if (call->head_seen > OBOL_NET_HEADER_BYTES || call->lines > OBOL_NET_HEADERS_MAX)
        return stop(call, OBOL_NET_TOO_MANY_HEADERS);
    bool final = call->head_done && call->result.reply.status >= 200;
    if (final)
        return line.size;
    if (call->head_done || call->head.size == 0) {
        if (!obol_slice_starts(line, "HTTP/"))
            return stop(call, OBOL_NET_MALFORMED);
        obol_buf_clear(&call->head);
        call->head_done = false;
        call->result.reply.status = status_of(line);
        if (call->result.reply.status < 100)
            return stop(call, OBOL_NET_MALFORMED);
    }
    obol_buf_add(&call->head, line);
    if (call->head.failed)
        return stop(call, OBOL_NET_NO_MEMORY);
    call->head_done = line.data[0] == '\r' || line.data[0] == '\n';
    return line.size;
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct obol_net_call *call = context;
    struct obol_slice bytes = obol_slice(data, size * count);
    call->first_byte_until_ms = 0;
    if (bytes.size > call->options.max_reply - call->reply_body.size)
        return stop(call, OBOL_NET_TOO_LARGE);
    obol_buf_add(&call->reply_body, bytes);
    return call->reply_body.failed ? stop(call, OBOL_NET_NO_MEMORY) : bytes.size;
}

CURL *obol_net_handle_take(void)
{
    return idle_count != 0 ? idle[--idle_count] : curl_easy_init();
}

void obol_net_handle_give(CURL *easy)
{
    curl_easy_reset(easy);
    if (idle_count < IDLE_HANDLES_MAX)
        idle[idle_count++] = easy;
    else
        curl_easy_cleanup(easy);
}

void obol_net_handles_free(void)
{
    while (idle_count != 0)
        curl_easy_cleanup(idle[--idle_count]);
}

void obol_net_handles_forget(void)
{
    idle_count = 0;
}

uint64_t obol_net_connections(void)
{
    return atomic_load_explicit(&connections, memory_order_relaxed);
}

/* Sets one option and keeps the first failure. */
#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (code == CURLE_OK)                                                                      \
            code = curl_easy_setopt(easy, CURLOPT_##option, value);                                \
    } while (0)

static CURLcode set_body(struct obol_net_call *call, CURL *easy)
{
    CURLcode code = CURLE_OK;
    bool post = obol_slice_is(call->method, "POST");
    if (call->body.size != 0 || post) {
        SET(POST, 1L);
        SET(POSTFIELDSIZE_LARGE, (curl_off_t)call->body.size);
        if (call->repeat_safe || call->body.size == 0) {
            SET(POSTFIELDS, call->body.data);
        } else {
            SET(READFUNCTION, read_body);
            SET(READDATA, call);
            SET(UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
        }
    } else if (obol_slice_is(call->method, "HEAD")) {
        SET(NOBODY, 1L);
        return code;
    }
    if (!post && !(obol_slice_is(call->method, "GET") && call->body.size == 0))
        SET(CUSTOMREQUEST, call->method.data);
    return code;
}

static CURLcode set_limits(struct obol_net_call *call, CURL *easy)
{
    CURLcode code = CURLE_OK;
    int64_t left = call->options.timeout_ms - (obol_clock_monotonic_ms() - call->submitted_ms);
    SET(TIMEOUT_MS, left > 1 ? (long)left : 1L);
    SET(CONNECTTIMEOUT_MS, (long)call->options.connect_ms);
    SET(NOSIGNAL, 1L);
    SET(QUICK_EXIT, 1L);
    SET(MAXAGE_CONN, (long)IDLE_CONNECTION_MAX_S);
    return code;
}

static CURLcode set_trust(struct obol_net_call *call, CURL *easy)
{
    CURLcode code = CURLE_OK;
    SET(PROTOCOLS_STR, "http,https");
    SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(FOLLOWLOCATION, 0L);
    SET(SSL_VERIFYPEER, 1L);
    SET(SSL_VERIFYHOST, 2L);
    SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (call->ca_file != NULL) {
        SET(CAINFO, call->ca_file);
        SET(CAPATH, NULL); /* instead of the system's, not beside them */
    }
    if (!call->options.proxy_from_environment)
        SET(PROXY, call->proxy != NULL ? call->proxy : "");
    SET(SUPPRESS_CONNECT_HEADERS, 1L);
    return code;
}

CURLcode obol_net_handle_set(struct obol_net_call *call)
{
    CURL *easy = call->easy;
    CURLcode code = CURLE_OK;
    SET(URL, call->url.data);
    SET(HTTPHEADER, call->headers);
    SET(PRIVATE, call);
    SET(HEADERFUNCTION, take_header);
    SET(HEADERDATA, call);
    SET(WRITEFUNCTION, take_body);
    SET(WRITEDATA, call);
    SET(PREREQFUNCTION, before_sending);
    SET(PREREQDATA, call);
    SET(OPENSOCKETFUNCTION, open_socket);
    if (code == CURLE_OK)
        code = set_body(call, easy);
    if (code == CURLE_OK)
        code = set_limits(call, easy);
    return code == CURLE_OK ? set_trust(call, easy) : code;
}
