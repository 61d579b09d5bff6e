#include "net/call.h"

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"

enum { ARENA_EXTRA = 1024 * 1024 };

struct obol_net_options obol_net_defaults(void)
{
    return (struct obol_net_options){
        .timeout_ms = 30000,
        .connect_ms = 10000,
        .keep_ms = 300000,
        .max_reply = OBOL_CEILING_REPLY,
    };
}

/* The memory of a list that libcurl only reads: made here so that it is wiped. */
static bool add_line(struct obol_net_call *call, struct curl_slist ***tail, struct obol_slice line)
{
    struct curl_slist *node = obol_arena_alloc(&call->arena, sizeof *node);
    if (node == NULL || line.data == NULL)
        return false;
    /* a copy of our own in the arena: libcurl's struct just lacks the const */
    node->data = (char *)(uintptr_t)line.data;
    **tail = node;
    *tail = &node->next;
    return true;
}

/* Without printf, which leaves what it writes on the stack: the value may be a secret. */
static struct obol_slice header_line(struct obol_net_call *call, const struct obol_header *header)
{
    struct obol_slice name = header->name, value = header->value;
    size_t size = name.size + value.size + 2;
    char *line = obol_arena_alloc(&call->arena, size + 1);
    if (line == NULL)
        return obol_slice(NULL, 0);
    memcpy(line, name.data, name.size);
    if (value.size == 0) {
        /* to libcurl "name;" is an empty header, "name:" would take the header away */
        line[name.size] = ';';
        return obol_slice(line, name.size + 1);
    }
    line[name.size] = ':';
    line[name.size + 1] = ' ';
    memcpy(line + name.size + 2, value.data, value.size);
    return obol_slice(line, size);
}

static bool copy_headers(struct obol_net_call *call, const struct obol_request *request)
{
    struct curl_slist **tail = &call->headers;
    bool typed = false, accepts = false;
    for (size_t i = 0; i < request->header_count; i++) {
        struct obol_slice name = request->headers[i].name;
        typed = typed || obol_ascii_equal_nocase(name, obol_slice_text("content-type"));
        accepts = accepts || obol_ascii_equal_nocase(name, obol_slice_text("accept"));
        if (!add_line(call, &tail, header_line(call, &request->headers[i])))
            return false;
    }
    /* what libcurl would add by itself: nobody asked for it, and 100-continue only costs time */
    return add_line(call, &tail, obol_slice_text("Expect:")) &&
           (typed || add_line(call, &tail, obol_slice_text("Content-Type:"))) &&
           (accepts || add_line(call, &tail, obol_slice_text("Accept: */*")));
}

/* Connections are shared only between calls that agree on all of this. */
static struct obol_slice make_key(struct obol_net_call *call, struct obol_slice pool)
{
    struct obol_slice ca_file = call->options.ca_file, proxy = call->options.proxy;
    size_t size = pool.size + ca_file.size + proxy.size + 3;
    char *key = obol_arena_alloc(&call->arena, size);
    if (key == NULL)
        return obol_slice(NULL, 0);
    char *at = key;
    *at++ = call->options.proxy_from_environment ? 'e' : '-';
    const struct obol_slice parts[] = {ca_file, proxy, pool};
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].size != 0)
            memcpy(at, parts[i].data, parts[i].size);
        at += parts[i].size;
        if (i < 2)
            *at++ = '\0';
    }
    return obol_slice(key, size);
}

static const char *copy_text(struct obol_net_call *call, struct obol_slice text, bool *good)
{
    if (text.size == 0)
        return NULL;
    const char *copy = obol_arena_copy(&call->arena, text).data;
    *good = *good && copy != NULL;
    return copy;
}

static bool copy_request(struct obol_net_call *call, const struct obol_request *request)
{
    bool good = true;
    call->method = obol_arena_copy(&call->arena, request->method);
    call->url = obol_arena_copy(&call->arena, request->url);
    call->body = obol_arena_copy(&call->arena, request->body);
    call->ca_file = copy_text(call, call->options.ca_file, &good);
    call->proxy = copy_text(call, call->options.proxy, &good);
    call->key = make_key(call, request->pool);
    call->options.ca_file = call->options.proxy = obol_slice(NULL, 0);
    return good && call->method.data != NULL && call->url.data != NULL && call->body.data != NULL &&
           call->key.data != NULL && copy_headers(call, request);
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
    obol_arena_init(&call->arena, OBOL_CEILING_REQUEST + ARENA_EXTRA + request->pool.size);
    obol_buf_init(&call->head, OBOL_NET_HEADER_BYTES);
    obol_buf_init(&call->reply_body, options->max_reply);
    if (!copy_request(call, request)) {
        obol_net_call_free(call);
        obol_fail(err, OBOL_ERR_INVALID, "headers", "expected a request of at most %d bytes in all",
                  OBOL_CEILING_REQUEST);
        return NULL;
    }
    return call;
}

void obol_net_call_wipe_request(struct obol_net_call *call)
{
    obol_arena_free(&call->arena);
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
    obol_secret_free(call, sizeof *call);
}

void obol_net_result_free(struct obol_net_result *result)
{
    obol_net_call_free((struct obol_net_call *)result);
}
