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
    call->block.used += rounded(size);
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
static char *header_line(struct obol_net_call *call, const struct obol_header *header)
{
    struct obol_slice name = header->name, value = header->value;
    char *line = take_piece(call, name.size + value.size + 3);
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
    return line;
}

/* The memory of a list that libcurl only reads: made here so that it is wiped. */
static void add_line(struct obol_net_call *call, struct curl_slist ***tail, char *line)
{
    struct curl_slist *node = (void *)take_piece(call, sizeof *node);
    *node = (struct curl_slist){.data = line};
    **tail = node;
    *tail = &node->next;
}

static void copy_headers(struct obol_net_call *call, const struct obol_request *request)
{
    struct curl_slist **tail = &call->headers;
    bool given[LINES_MORE] = {request->body.size < WAITS_FROM};
    for (size_t i = 0; i < request->header_count; i++) {
        struct obol_slice name = request->headers[i].name;
        given[1] = given[1] || obol_ascii_equal_nocase(name, obol_slice_text("content-type"));
        add_line(call, &tail, header_line(call, &request->headers[i]));
    }
    for (size_t i = 0; i < LINES_MORE; i++) {
        if (given[i])
            continue;
        char *line = take_piece(call, 16);
        memcpy(line, lines_of_ours[i], strlen(lines_of_ours[i]) + 1);
        add_line(call, &tail, line);
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

static bool copy_request(struct obol_net_call *call, const struct obol_request *request)
{
    call->block.size = size_of(request, &call->options);
    call->block.data = obol_secret_alloc(call->block.size);
    if (call->block.data == NULL)
        return false;
    call->method = copy(call, request->method);
    call->url = copy(call, request->url);
    call->body = copy(call, request->body);
    call->ca_file = copy_text(call, call->options.ca_file);
    call->proxy = copy_text(call, call->options.proxy);
    call->key = make_key(call, request->pool);
    call->options.ca_file = call->options.proxy = obol_slice(NULL, 0);
    copy_headers(call, request);
    return true;
}

struct obol_net_call *obol_net_call_new(const struct obol_request *request,
                                        const struct obol_net_options *options,
                                        struct obol_err *err)
{
    bool loopback = false;
    if (!obol_net_check(request, options, &loopback, err))
        return NULL;
    struct obol_net_call *call = obol_secret_alloc(sizeof *call);
    if (call == NULL) {
        obol_fail(err, OBOL_ERR_INTERNAL, "", "out of memory");
        return NULL;
    }
    *call = (struct obol_net_call){.options = *options,
                                   .repeat_safe = request->repeat_safe,
                                   .submitted_ms = obol_clock_monotonic_ms()};
    /* plain http to this machine must not leave it by way of a proxy */
    if (loopback) {
        call->options.proxy = obol_slice(NULL, 0);
        call->options.proxy_from_environment = false;
    }
    obol_buf_init(&call->head, OBOL_NET_HEADER_BYTES);
    obol_buf_init(&call->fields, (OBOL_NET_HEADERS_MAX + 1) * sizeof(struct obol_header));
    obol_buf_init(&call->reply_body, options->max_reply);
    if (!copy_request(call, request)) {
        obol_net_call_free(call);
        obol_fail(err, OBOL_ERR_INTERNAL, "", "out of memory");
        return NULL;
    }
    return call;
}

void obol_net_call_wipe_request(struct obol_net_call *call)
{
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
    obol_buf_free(&call->fields);
    obol_buf_free(&call->reply_body);
    obol_secret_free(call, sizeof *call);
}

void obol_net_result_free(struct obol_net_result *result)
{
    obol_net_call_free((struct obol_net_call *)result);
}
