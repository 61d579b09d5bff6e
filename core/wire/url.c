#include "wire/url.h"

#include "base/reader.h"
#include "base/text.h"
#include "base/word.h"

#include <arpa/inet.h>

enum { HOST_MAX = 253, PORT_MAX = 65535 };

static bool fail(struct obol_err *err, const char *expected)
{
    return obol_fail(err, OBOL_ERR_INVALID, NULL, "expected %s", expected);
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_alpha(char byte)
{
    return obol_ascii_lower(byte) >= 'a' && obol_ascii_lower(byte) <= 'z';
}

static bool is_hex(char byte)
{
    return is_digit(byte) || (obol_ascii_lower(byte) >= 'a' && obol_ascii_lower(byte) <= 'f');
}

/* Printable ASCII save what RFC 3986 calls delimiters of a whole URL. Braces and the like stay:
 * some providers put placeholders into return addresses. */
static bool is_url_byte(char byte)
{
    return byte > ' ' && byte < 0x7F && byte != '"' && byte != '<' && byte != '>' && byte != '\\' &&
           byte != '`';
}

/* Whether all of eight bytes are of those, and none is a percent sign. */
static bool are_url_bytes(uint64_t word)
{
    return (obol_word_high(word) | obol_word_below(word, '!') | obol_word_has(word, 0x7F) |
            obol_word_has(word, '"') | obol_word_has(word, '%') | obol_word_has(word, '<') |
            obol_word_has(word, '>') | obol_word_has(word, '\\') | obol_word_has(word, '`')) == 0;
}

static bool check_bytes(struct obol_slice text, struct obol_err *err)
{
    size_t word = sizeof(uint64_t);
    for (size_t i = 0; i < text.size; i++) {
        while (text.size - i > word && are_url_bytes(obol_word_load(text.data + i)))
            i += word;
        /* the end of most is told by one more word */
        if (text.size >= word && text.size - i <= word &&
            are_url_bytes(obol_word_load(text.data + text.size - word)))
            return true;
        if (!is_url_byte(text.data[i]))
            return fail(err, "a URL of ASCII characters, without blanks");
        if (text.data[i] != '%')
            continue;
        if (text.size - i < 3 || !is_hex(text.data[i + 1]) || !is_hex(text.data[i + 2]))
            return fail(err, "two hexadecimal digits after % in the URL");
    }
    return true;
}

static bool read_scheme(struct obol_reader *in, struct obol_url *url, struct obol_err *err)
{
    url->scheme = obol_reader_until(in, ':');
    bool valid = url->scheme.size != 0 && is_alpha(url->scheme.data[0]);
    for (size_t i = 0; valid && i < url->scheme.size; i++) {
        char byte = url->scheme.data[i];
        valid = is_alpha(byte) || is_digit(byte) || byte == '+' || byte == '-' || byte == '.';
    }
    if (!valid || !obol_reader_skip(in, '/') || !obol_reader_skip(in, '/'))
        return fail(err, "an absolute URL, such as https://shop.example/back");
    return true;
}

static bool is_address(int family, struct obol_slice host)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[sizeof(struct in6_addr)];
    if (host.size >= sizeof text)
        return false;
    memcpy(text, host.data, host.size);
    text[host.size] = '\0';
    return inet_pton(family, text, bytes) == 1;
}

/* Whether the last label begins with a digit: other programs may read such a host as an address in
 * one of its old spellings (127.1, 0x7f.1), so it has to be a plain one. */
static bool looks_like_address(struct obol_slice host)
{
    size_t label = host.size;
    while (label > 0 && host.data[label - 1] != '.')
        label--;
    return label < host.size && is_digit(host.data[label]);
}

static bool is_web(const struct obol_url *url)
{
    return obol_ascii_equal_nocase(url->scheme, obol_slice_text("http")) ||
           obol_ascii_equal_nocase(url->scheme, obol_slice_text("https"));
}

static bool check_name(const struct obol_url *url, struct obol_err *err)
{
    struct obol_slice host = url->host;
    bool valid = host.size <= HOST_MAX && (host.size != 0 || !is_web(url));
    char before = '.'; /* no label is empty, save after a last dot */
    for (size_t i = 0; valid && i < host.size; i++) {
        char byte = host.data[i];
        valid = is_alpha(byte) || (byte == '.' && before != '.') || is_digit(byte) || byte == '-' ||
                byte == '_';
        before = byte;
    }
    if (valid && is_web(url) && looks_like_address(host))
        valid = is_address(AF_INET, host);
    return valid || fail(err, "a valid host in the URL");
}

static bool check_port(const struct obol_url *url, struct obol_err *err)
{
    int64_t port;
    if (obol_text_int64(url->port, &port) && port >= 1 && port <= PORT_MAX)
        return true;
    return fail(err, "a port of 1 to 65535 in the URL");
}

static bool split_authority(struct obol_slice authority, struct obol_url *url, struct obol_err *err)
{
    struct obol_reader in = obol_reader(authority);
    if (memchr(authority.data, '@', authority.size) != NULL) {
        url->has_userinfo = true;
        url->userinfo = obol_reader_until(&in, '@');
    }
    bool literal = obol_reader_skip(&in, '[');
    size_t from = in.at;
    size_t left = authority.size - from;
    const char *end = left != 0 ? memchr(authority.data + from, literal ? ']' : ':', left) : NULL;
    in.at = end != NULL ? (size_t)(end - authority.data) : authority.size;
    url->host = obol_reader_since(&in, from);
    if (literal && (!obol_reader_skip(&in, ']') || !is_address(AF_INET6, url->host)))
        return fail(err, "a valid host in the URL");
    if (!literal && !check_name(url, err))
        return false;
    if (obol_reader_done(&in))
        return true;
    if (!obol_reader_skip(&in, ':'))
        return fail(err, "a valid host in the URL");
    from = in.at;
    in.at = authority.size;
    url->port = obol_reader_since(&in, from);
    return check_port(url, err);
}

/* The bytes up to the first of `stops` or the end, with the cursor on it. */
static struct obol_slice read_to(struct obol_reader *in, const char *stops)
{
    const char *from = in->input.data + in->at;
    size_t size = in->input.size - in->at;
    for (; *stops != '\0'; stops++) {
        const char *found = memchr(from, *stops, size);
        size = found != NULL ? (size_t)(found - from) : size;
    }
    in->at += size;
    return obol_slice(from, size);
}

bool obol_url_parse_userinfo(struct obol_slice text, struct obol_url *url, struct obol_err *err)
{
    *url = (struct obol_url){0};
    struct obol_reader in = obol_reader(text);
    if (text.size == 0)
        return fail(err, "an absolute URL, such as https://shop.example/back");
    if (!check_bytes(text, err) || !read_scheme(&in, url, err))
        return false;
    if (!split_authority(read_to(&in, "/?#"), url, err))
        return false;
    url->path = read_to(&in, "?#");
    url->has_query = obol_reader_skip(&in, '?');
    if (url->has_query)
        url->query = read_to(&in, "#");
    url->has_fragment = obol_reader_skip(&in, '#');
    if (url->has_fragment)
        url->fragment = read_to(&in, "");
    return true;
}

bool obol_url_parse(struct obol_slice text, struct obol_url *url, struct obol_err *err)
{
    if (!obol_url_parse_userinfo(text, url, err))
        return false;
    return !url->has_userinfo || fail(err, "a URL without a user name or password");
}

bool obol_url_is_loopback(const struct obol_url *url)
{
    if (obol_ascii_equal_nocase(url->host, obol_slice_text("localhost")))
        return true;
    if (is_address(AF_INET, url->host))
        return obol_slice_starts(url->host, "127.");
    return obol_slice_is(url->host, "::1");
}
