#include "base/clock.h"
#include "base/secret.h"
#include "net/engine.h"

#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(LIBCURL_VERSION_NUM >= 0x075700,
               "before 7.87 a slow name lookup holds up other calls and the end of the process");

enum {
    IDLE_CONNECTION_MAX_S = 45, /* below the usual limit of servers, so that few close on us */
    UPLOAD_BUFFER = 16 * 1024,
    DOWNLOAD_BUFFER = 2 * 1024 - 64, /* taken and wiped once a call; most answers fit */
    ONE_PIECE_MAX = 64 * 1024,       /* up to here libcurl sends a body together with its head */
};

static atomic_uint_fast64_t connections;

static struct obol_net_call *call_of(void *context)
{
    return ((struct obol_net_handle *)context)->call;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)context;
    (void)purpose;
    atomic_fetch_add_explicit(&connections, 1, memory_order_relaxed);
    /* a program that the host starts must not inherit it */
    int opened = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (opened >= 0)
        obol_net_watch_opened(opened);
    return opened;
}

static int close_socket(void *context, curl_socket_t socket)
{
    (void)context;
    obol_net_pools_closing(socket);
    return close(socket);
}

static int before_sending(void *context, char *remote_ip, char *local_ip, int remote_port,
                          int local_port)
{
    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    return obol_net_may_send(call_of(context)) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* There is no way back to the start of this body: libcurl could not send it twice by itself, even
 * if before_sending let it. A short body goes in one piece with its head instead, as a write of its
 * own would cost it more than half as much time again; before_sending alone guards that. */
static size_t read_body(char *room, size_t size, size_t count, void *context)
{
    struct obol_net_call *call = call_of(context);
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
    struct obol_net_call *call = call_of(context);
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
    struct obol_net_call *call = call_of(context);
    struct obol_slice bytes = obol_slice(data, size * count);
    call->first_byte_until_ms = 0;
    if (bytes.size > call->options.max_reply - call->reply_body.size)
        return stop(call, OBOL_NET_TOO_LARGE);
    obol_buf_add(&call->reply_body, bytes);
    return call->reply_body.failed ? stop(call, OBOL_NET_NO_MEMORY) : bytes.size;
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

static CURLcode set_callbacks(struct obol_net_handle *handle, CURL *easy)
{
    CURLcode code = CURLE_OK;
    SET(PRIVATE, handle);
    SET(CURLU, handle->address);
    SET(HEADERFUNCTION, take_header);
    SET(HEADERDATA, handle);
    SET(WRITEFUNCTION, take_body);
    SET(WRITEDATA, handle);
    SET(READFUNCTION, read_body);
    SET(READDATA, handle);
    SET(PREREQFUNCTION, before_sending);
    SET(PREREQDATA, handle);
    SET(OPENSOCKETFUNCTION, open_socket);
    SET(CLOSESOCKETFUNCTION, close_socket);
    SET(UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
    SET(BUFFERSIZE, (long)DOWNLOAD_BUFFER);
    return code;
}

static CURLcode set_trust(const struct obol_net_call *call, CURL *easy)
{
    CURLcode code = CURLE_OK;
    SET(NOSIGNAL, 1L);
    SET(QUICK_EXIT, 1L);
    SET(MAXAGE_CONN, (long)IDLE_CONNECTION_MAX_S);
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
    if (!call->options.proxy_from_environment) {
        SET(PROXY, call->proxy != NULL ? call->proxy : "");
        SET(NOPROXY, ""); /* the environment's exceptions neither */
    }
    SET(SUPPRESS_CONNECT_HEADERS, 1L);
    return code;
}

struct obol_net_handle *obol_net_handle_new(const struct obol_net_call *call)
{
    struct obol_net_handle *handle = obol_secret_alloc(sizeof *handle);
    if (handle == NULL)
        return NULL;
    *handle = (struct obol_net_handle){.easy = curl_easy_init(), .address = curl_url()};
    if (handle->easy != NULL && handle->address != NULL &&
        set_callbacks(handle, handle->easy) == CURLE_OK &&
        set_trust(call, handle->easy) == CURLE_OK)
        return handle;
    obol_net_handle_free(handle);
    return NULL;
}

void obol_net_handle_free(struct obol_net_handle *handle)
{
    curl_easy_cleanup(handle->easy);
    curl_url_cleanup(handle->address);
    obol_secret_free(handle, sizeof *handle);
}

static CURLcode set_body(const struct obol_net_call *call, CURL *easy)
{
    CURLcode code = CURLE_OK;
    bool in_one_piece = call->repeat_safe || call->body.size < ONE_PIECE_MAX;
    SET(POSTFIELDS, in_one_piece ? call->body.data : NULL); /* else by read_body */
    SET(POSTFIELDSIZE_LARGE, (curl_off_t)call->body.size);
    return code;
}

static CURLcode set_method(struct obol_net_handle *handle, const struct obol_net_call *call)
{
    CURL *easy = handle->easy;
    CURLcode code = CURLE_OK;
    bool post = obol_slice_is(call->method, "POST"), again = post && handle->posts;
    bool body = call->body.size != 0 || post;
    handle->posts = post;
    if (again)
        return set_body(call, easy);
    if (body) {
        SET(POST, 1L);
        if (code == CURLE_OK)
            code = set_body(call, easy);
    } else {
        SET(HTTPGET, 1L);
    }
    if (!body && obol_slice_is(call->method, "HEAD")) {
        SET(CUSTOMREQUEST, NULL);
        SET(NOBODY, 1L);
        return code;
    }
    bool usual = body ? post : obol_slice_is(call->method, "GET");
    SET(CUSTOMREQUEST, usual ? NULL : call->method.data);
    return code;
}

/* Where the path begins; 0: the usual reading may not be libcurl's. */
static size_t origin_of(struct obol_slice url)
{
    size_t scheme = obol_slice_starts(url, "https://")  ? 8
                    : obol_slice_starts(url, "http://") ? 7
                                                        : 0;
    size_t host = scheme != 0 ? strcspn(url.data + scheme, "/?#") : 0;
    size_t size = host != 0 ? scheme + host : 0;
    return size <= sizeof((struct obol_net_handle *)NULL)->origin ? size : 0;
}

/* The last call's origin with another path: nothing of it has to be read again. What is more than a
 * path, or has dots to be resolved, is left to libcurl's parser. */
static bool set_path(struct obol_net_handle *handle, struct obol_slice url)
{
    size_t size = handle->origin_size;
    if (size == 0 || url.size <= size ||
        !obol_slice_equal(obol_slice(url.data, size), obol_slice(handle->origin, size)))
        return false;
    const char *path = url.data + size;
    return path[0] == '/' && path[strcspn(path, "?#%")] == '\0' && strstr(path, "/.") == NULL &&
           curl_url_set(handle->address, CURLUPART_PATH, path, 0) == CURLUE_OK;
}

/* Of a text alone libcurl would read everything each time, write it down again in its own spelling,
 * byte by byte, and not use that. */
static CURLcode set_address(struct obol_net_handle *handle, const struct obol_net_call *call)
{
    CURL *easy = handle->easy;
    CURLcode code = CURLE_OK;
    if (!set_path(handle, call->url)) {
        CURLUcode parsed = curl_url_set(handle->address, CURLUPART_URL, call->url.data, 0);
        handle->origin_size = 0;
        if (parsed != CURLUE_OK)
            return parsed == CURLUE_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_URL_MALFORMAT;
        handle->origin_size = origin_of(call->url);
        memcpy(handle->origin, call->url.data, handle->origin_size);
    }
    SET(URL, call->url.data); /* for a second try of its own */
    return code;
}

CURLcode obol_net_handle_set(struct obol_net_handle *handle, struct obol_net_call *call)
{
    CURL *easy = handle->easy;
    int64_t left = call->options.timeout_ms - (obol_clock_monotonic_ms() - call->submitted_ms);
    /* its time ran out in the queue: now it would only be sent without anybody to read the answer
     */
    if (left <= 0)
        return CURLE_OPERATION_TIMEDOUT;
    CURLcode code = set_method(handle, call);
    if (code == CURLE_OK)
        code = set_address(handle, call);
    SET(HTTPHEADER, call->headers);
    SET(TIMEOUT_MS, (long)left);
    if (handle->connect_ms != call->options.connect_ms)
        SET(CONNECTTIMEOUT_MS, (long)call->options.connect_ms);
    handle->connect_ms = call->options.connect_ms;
    handle->call = call;
    return code;
}

/* The call's memory is about to go, and so do libcurl's copies of the address but for its origin.
 */
void obol_net_handle_clear(struct obol_net_handle *handle)
{
    handle->call = NULL;
    curl_easy_setopt(handle->easy, CURLOPT_URL, NULL);
    (void)curl_url_set(handle->address, CURLUPART_PATH, NULL, 0);
    (void)curl_url_set(handle->address, CURLUPART_QUERY, NULL, 0);
    (void)curl_url_set(handle->address, CURLUPART_FRAGMENT, NULL, 0);
    curl_easy_setopt(handle->easy, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(handle->easy, CURLOPT_POSTFIELDS, NULL);
}
