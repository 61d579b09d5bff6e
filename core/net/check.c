#include "base/secret.h"
#include "base/text.h"
#include "base/word.h"
#include "net/call.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <strings.h>

enum { URL_MAX = 16 * 1024, METHOD_MAX = 16, HEADER_MAX = 16 * 1024, LIMIT_MAX_MS = 86400000 };

static bool check_method(struct obol_slice method, struct obol_err *err)
{
    bool upper = method.size != 0 && method.size <= METHOD_MAX;
    for (size_t i = 0; upper && i < method.size; i++)
        upper = method.data[i] >= 'A' && method.data[i] <= 'Z';
    if (!upper || obol_slice_is(method, "CONNECT"))
        return obol_fail(err, OBOL_ERR_INVALID, "method", "expected a method in upper case");
    return true;
}

/* Framing is libcurl's: a second opinion in a header is how requests are smuggled. */
static bool is_framing(struct obol_slice name)
{
#define NAME(text)                                                                                 \
    {                                                                                              \
        .data = (text), .size = sizeof(text) - 1                                                   \
    }
    static const struct obol_slice names[] = {
        NAME("content-length"), NAME("transfer-encoding"), NAME("connection"),
        NAME("expect"),         NAME("upgrade"),           NAME("te"),
        NAME("trailer"),        NAME("proxy-connection"),  NAME("keep-alive"),
    };
#undef NAME
    const uint32_t sizes = 1U << 2 | 1U << 6 | 1U << 7 | 1U << 10 | 1U << 14 | 1U << 16 | 1U << 17;
    if (name.size >= 32 || (sizes >> name.size & 1) == 0)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name.size == names[i].size && obol_ascii_equal_nocase(name, names[i]))
            return true;
    return false;
}

/* Whether no byte is below `from` or a DEL, nor, unless `high_too`, beyond ASCII. */
static bool is_within(struct obol_slice text, char from, bool high_too)
{
    size_t at = 0;
    while (at + 8 <= text.size) {
        uint64_t word = obol_word_load(text.data + at);
        if ((obol_word_below(word, from) | obol_word_has(word, 0x7F)) != 0 ||
            (!high_too && obol_word_high(word) != 0))
            break;
        at += 8;
        if (at < text.size && at + 8 > text.size)
            at = text.size - 8; /* the last word may overlap the one before */
    }
    for (; at < text.size; at++) {
        unsigned char byte = (unsigned char)text.data[at];
        if (byte < (unsigned char)from || byte == 0x7F || (!high_too && byte > 0x7F))
            return false;
    }
    return true;
}

static bool has_control(struct obol_slice value)
{
    if (is_within(value, 0x20, true))
        return false;
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F)
            return true;
    }
    return false;
}

static bool check_header(const struct obol_header *header, struct obol_err *err)
{
    if (!obol_text_is_token(header->name))
        return obol_fail(err, OBOL_ERR_INVALID, "headers", "expected header names that are tokens");
    if (is_framing(header->name))
        return obol_fail(err, OBOL_ERR_INVALID, "headers",
                         "expected no header that frames the message or the connection");
    if (header->name.size + header->value.size > HEADER_MAX)
        return obol_fail(err, OBOL_ERR_INVALID, "headers", "expected headers of at most %d bytes",
                         HEADER_MAX);
    return !has_control(header->value) ||
           obol_fail(err, OBOL_ERR_INVALID, "headers",
                     "expected header values without control characters");
}

/* Addresses and the one name that libcurl itself resolves to them, whatever the resolver says. */
static bool is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    char text[INET6_ADDRSTRLEN] = "";
    size_t size = strlen(host);
    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    if (size < 2 || size - 2 >= sizeof text || host[0] != '[' || host[size - 1] != ']')
        return false;
    memcpy(text, host + 1, size - 2);
    return inet_pton(AF_INET6, text, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool check_parts(CURLU *parts, const struct obol_net_options *options, bool *loopback,
                        struct obol_err *err)
{
    char *scheme = NULL, *host = NULL, *user = NULL;
    bool whole = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                 curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    bool named = curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK;
    bool https = whole && strcmp(scheme, "https") == 0;
    bool http = whole && strcmp(scheme, "http") == 0;
    *loopback = whole && is_loopback(host);
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    if (!https && !http)
        return obol_fail(err, OBOL_ERR_INVALID, "url", "expected an https address");
    if (named)
        return obol_fail(err, OBOL_ERR_INVALID, "url", "expected no user or password in it");
    if (http && !*loopback && !options->allow_http)
        return obol_fail(err, OBOL_ERR_INVALID, "url",
                         "expected https: plain http goes to this machine only, unless allow_http");
    return true;
}

/* The usual address, told at a glance: a scheme and a host of plain characters, perhaps a port.
 * Whatever else may be an address is left to libcurl's parser. */
static bool is_plain(struct obol_slice url, bool *loopback)
{
    bool https = obol_slice_starts(url, "https://");
    if (!https && !obol_slice_starts(url, "http://"))
        return false;
    size_t from = https ? 8 : 7, at = from;
    while (at < url.size &&
           (isalnum((unsigned char)url.data[at]) || url.data[at] == '.' || url.data[at] == '-'))
        at++;
    struct obol_slice host = obol_slice(url.data + from, at - from);
    if (at < url.size && url.data[at] == ':')
        for (at++; at < url.size && isdigit((unsigned char)url.data[at]); at++)
            continue;
    *loopback = obol_slice_is(host, "localhost") || obol_slice_is(host, "127.0.0.1");
    return host.size != 0 && (at == url.size || url.data[at] == '/') && (https || *loopback);
}

static bool check_url(struct obol_slice url, const struct obol_net_options *options, bool *loopback,
                      struct obol_err *err)
{
    if (url.size == 0 || url.size > URL_MAX)
        return obol_fail(err, OBOL_ERR_INVALID, "url", "expected 1 to %d bytes", URL_MAX);
    if (!is_within(url, 0x21, false))
        return obol_fail(err, OBOL_ERR_INVALID, "url", "expected printable ASCII without blanks");
    if (is_plain(url, loopback))
        return true;
    /* libcurl wants a text that ends in a NUL, and a borrowed slice need not */
    char *text = obol_secret_alloc(url.size + 1);
    CURLU *parts = curl_url();
    bool good = false;
    if (parts == NULL || text == NULL) {
        obol_fail(err, OBOL_ERR_INTERNAL, "", "out of memory");
        goto out;
    }
    memcpy(text, url.data, url.size);
    text[url.size] = '\0';
    good = curl_url_set(parts, CURLUPART_URL, text, 0) == CURLUE_OK
               ? check_parts(parts, options, loopback, err)
               : obol_fail(err, OBOL_ERR_INVALID, "url", "expected an https address");
out:
    curl_url_cleanup(parts);
    obol_secret_free(text, url.size + 1);
    return good;
}

static bool check_printable(struct obol_slice text, const char *name, struct obol_err *err)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F)
            return obol_fail(err, OBOL_ERR_INVALID, name, "expected no control characters");
    return true;
}

static bool check_limit(int64_t limit_ms, int64_t least, const char *name, struct obol_err *err)
{
    if (limit_ms < least || limit_ms > LIMIT_MAX_MS)
        return obol_fail(err, OBOL_ERR_INVALID, name, "expected %d to %d milliseconds", (int)least,
                         LIMIT_MAX_MS);
    return true;
}

bool obol_net_check(const struct obol_request *request, const struct obol_net_options *options,
                    bool *loopback, struct obol_err *err)
{
    if (!check_method(request->method, err) || !check_url(request->url, options, loopback, err))
        return false;
    if (request->header_count > OBOL_NET_REQUEST_HEADERS_MAX)
        return obol_fail(err, OBOL_ERR_INVALID, "headers", "expected at most %d",
                         OBOL_NET_REQUEST_HEADERS_MAX);
    for (size_t i = 0; i < request->header_count; i++)
        if (!check_header(&request->headers[i], err))
            return false;
    if (request->body.size > OBOL_CEILING_REQUEST)
        return obol_fail(err, OBOL_ERR_INVALID, "body", "expected at most %d bytes",
                         OBOL_CEILING_REQUEST);
    if (options->max_reply == 0)
        return obol_fail(err, OBOL_ERR_INVALID, "max_reply", "expected at least 1 byte");
    return check_printable(options->ca_file, "ca_file", err) &&
           check_printable(options->proxy, "proxy", err) &&
           check_limit(options->timeout_ms, 1, "timeout_ms", err) &&
           check_limit(options->connect_ms, 1, "connect_ms", err) &&
           check_limit(options->first_byte_ms, 0, "first_byte_ms", err) &&
           check_limit(options->keep_ms, 0, "keep_ms", err);
}
