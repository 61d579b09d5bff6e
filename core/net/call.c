#include "net/call.h"

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"

#include <stdalign.h>

struct obol_net_options obol_net_defaults(void)
{
    return (struct obol_net_options){
        .timeout_ms = 30000,
        .connect_ms = 10000,
        .keep_ms = 300000,
        .max_reply = OBOL_CEILING_REPLY,
    };
}

enum {
    ALIGNMENT = alignof(max_align_t),
    LINES_MORE = 2,
    NEAR_MAX = 4 * 1024 - sizeof(struct obol_net_call),
    WAITS_FROM = 64 * 1024, /* libcurl would wait for a 100 from 1 MiB on */
};

/* libcurl looks through all lines several times a call, so there are none that it does not need. */
static const char *const lines_of_ours[LINES_MORE] = {
    "Expect:",       /* waiting for a 100 only costs time */
    "Content-Type:", /* nobody asked for libcurl's */
};

static size_t rounded(size_t size)
{
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

/* All that take_piece will be asked for. */
static size_t size_of(const struct obol_request *request, const struct obol_net_options *options)
{
    size_t line = rounded(sizeof(struct curl_slist));
    size_t size = rounded(request->method.size + 1) + rounded(request->url.size + 1) +
                  rounded(request->body.size + 1) + rounded(options->ca_file.size + 1) +
                  rounded(options->proxy.size + 1) + LINES_MORE * (line + rounded(16)) +
                  rounded(request->pool.size + options->ca_file.size + options->proxy.size + 3);
    for (size_t i = 0; i < request->header_count; i++)
        size += line + rounded(request->headers[i].name.size + request->headers[i].value.size + 3);
    return size;
}

/* Never more than size_of has counted. */
static char *take_piece(struct obol_net_call *call, size_t size)
{
    char *piece = call->block.data + call->block.used;
    call->block.used = rounded(call->block.used + size);
    return piece;
}

/* With a NUL after it, which is not counted. */
static struct obol_slice copy(struct obol_net_call *call, struct obol_slice bytes)
{
    char *piece = take_piece(call, bytes.size + 1);
    if (bytes.size != 0)
        memcpy(piece, bytes.data, bytes.size);
    piece[bytes.size] = '\0';
    return obol_slice(piece, bytes.size);
}

static const char *copy_text(struct obol_net_call *call, struct obol_slice text)
{
    return text.size != 0 ? copy(call, text).data : NULL;
}

/* Without printf, which leaves what it writes on the stack: the value may be a secret. */
static char *write_line(char *line, const struct obol_header *header)
{
    struct obol_slice name = header->name, value = header->value;
    char *at = line + name.size;
    memcpy(line, name.data, name.size);
    if (value.size == 0) {
        /* to libcurl "name;" is an empty header, "name:" would take the header away */
        *at++ = ';';
    } else {
        *at++ = ':';
        *at++ = ' ';
        memcpy(at, value.data, value.size);
        at += value.size;
    }
    *at = '\0';
    return at;
}

/* libcurl compares each line with the names that mean something to it, many times a call. Those
 * with "x-" mean nothing to it: they go with the line before, which it sends as it is. An empty
 * header has to stand alone, see write_line. */
static bool may_join(const struct obol_header *header)
{
    return header->value.size != 0 && header->name.size > 2 && header->name.data[1] == '-' &&
           (header->name.data[0] == 'x' || header->name.data[0] == 'X');
}

/* The memory of a list that libcurl only reads: made here so that it is wiped. */
static char *add_line(struct obol_net_call *call, struct curl_slist ***tail, size_t size)
{
    struct curl_slist *node = (void *)take_piece(call, sizeof *node);
    *node = (struct curl_slist){.data = take_piece(call, size)};
    **tail = node;
    *tail = &node->next;
    return node->data;
}

static void copy_headers(struct obol_net_call *call, const struct obol_request *request)
{
    struct curl_slist **tail = &call->headers;
    bool given[LINES_MORE] = {request->body.size < WAITS_FROM};
    char *end = NULL; /* of a line that the next may join */
    for (size_t i = 0; i < request->header_count; i++) {
        const struct obol_header *header = &request->headers[i];
        /* of its line libcurl looks at nothing but the name */
        bool typed = obol_ascii_equal_nocase(header->name, obol_slice_text("content-type"));
        given[1] = given[1] || typed;
        bool joins = may_join(header);
        size_t size = header->name.size + header->value.size + 3;
        if (joins && end != NULL) {
            call->block.used = (size_t)(end - call->block.data);
            memcpy(take_piece(call, size + 2), "\r\n", 2);
            end = write_line(end + 2, header);
            continue;
        }
        end = write_line(add_line(call, &tail, size), header);
        if (!joins && (!typed || header->value.size == 0))
            end = NULL;
    }
    for (size_t i = 0; i < LINES_MORE; i++) {
        if (given[i])
            continue;
        memcpy(add_line(call, &tail, 16), lines_of_ours[i], strlen(lines_of_ours[i]) + 1);
    }
}

/* Connections are shared only between calls that agree on all of this. */
static struct obol_slice make_key(struct obol_net_call *call, struct obol_slice pool)
{
    const struct obol_slice parts[] = {call->options.ca_file, call->options.proxy, pool};
    char *key = take_piece(call, pool.size + parts[0].size + parts[1].size + 3), *at = key;
    *at++ = call->options.proxy_from_environment ? 'e' : '-';
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].size != 0)
            memcpy(at, parts[i].data, parts[i].size);
        at += parts[i].size;
        if (i < 2)
            *at++ = '\0';
    }
    return obol_slice(key, (size_t)(at - key));
}

static void copy_request(struct obol_net_call *call, const struct obol_request *request)
{
    call->method = copy(call, request->method);
    call->url = copy(call, request->url);
    call->body = copy(call, request->body);
    call->ca_file = copy_text(call, call->options.ca_file);
    call->proxy = copy_text(call, call->options.proxy);
    call->key = make_key(call, request->pool);
    call->options.ca_file = call->options.proxy = obol_slice(NULL, 0);
    copy_headers(call, request);
}

/* With room for a request of so many bytes, which a small one finds behind the call itself. */
static struct obol_net_call *make_call(size_t request_size)
{
    size_t near = request_size <= NEAR_MAX ? request_size : 0;
    struct obol_net_call *call = obol_secret_alloc(sizeof *call + near);
    char *block = near != 0 || call == NULL ? NULL : obol_secret_alloc(request_size);
    if (call == NULL || (near == 0 && block == NULL)) {
        obol_secret_free(call, sizeof *call + near);
        return NULL;
    }
    *call = (struct obol_net_call){
        .near_size = near, .block = {.data = near != 0 ? call->near : block, .size = request_size}};
    return call;
}

struct obol_net_call *obol_net_call_new(const struct obol_request *request,
                                        const struct obol_net_options *options,
                                        struct obol_err *err)
{
    bool loopback = false;
    if (!obol_net_check(request, options, &loopback, err))
        return NULL;
    struct obol_net_call *call = make_call(size_of(request, options));
    if (call == NULL) {
        obol_fail(err, OBOL_ERR_INTERNAL, "", "out of memory");
        return NULL;
    }
    call->options = *options;
    call->repeat_safe = request->repeat_safe;
    call->submitted_ms = obol_clock_monotonic_ms();
    /* plain http to this machine must not leave it by way of a proxy */
    if (loopback) {
        call->options.proxy = obol_slice(NULL, 0);
        call->options.proxy_from_environment = false;
    }
    obol_buf_init(&call->head,
                  OBOL_NET_HEADER_BYTES + (OBOL_NET_HEADERS_MAX + 2) * sizeof(struct obol_header));
    obol_buf_init(&call->reply_body, options->max_reply);
    copy_request(call, request);
    return call;
}

void obol_net_call_wipe_request(struct obol_net_call *call)
{
    if (call->near_size != 0)
        obol_wipe(call->block.data, call->block.used);
    else
        obol_secret_free(call->block.data, call->block.size);
    call->block = (struct obol_net_block){0};
    call->headers = NULL;
    call->method = call->url = call->body = call->key = obol_slice(NULL, 0);
    call->ca_file = call->proxy = NULL;
}

void obol_net_call_free(struct obol_net_call *call)
{
    if (call == NULL)
        return;
    obol_net_call_wipe_request(call);
    obol_buf_free(&call->head);
    obol_buf_free(&call->reply_body);
    obol_secret_free_used(call, sizeof *call + call->near_size, sizeof *call);
}

bool obol_net_call_has(const struct obol_net_call *call, enum obol_net_mark mark)
{
    return (atomic_load(&call->marks) & mark) != 0;
}

void obol_net_result_free(struct obol_net_result *result)
{
    obol_net_call_free((struct obol_net_call *)result);
}
