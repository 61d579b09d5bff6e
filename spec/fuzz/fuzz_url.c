/* Target: obol_url_parse, obol_url_parse_userinfo, obol_url_is_loopback. The parts lie within the
 * text, one after another. */
#include "wire/url.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static const char *after(struct obol_slice part, const char *from, const char *end)
{
    if (part.data == NULL)
        return from;
    expect(part.data >= from && part.data + part.size <= end);
    return part.data + part.size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct obol_slice text = obol_slice((const char *)data, size);
    struct obol_url url, strict;
    struct obol_err err = {0};
    bool parsed = obol_url_parse_userinfo(text, &url, &err);
    expect(parsed || (err.kind == OBOL_ERR_INVALID && err.message[0] != '\0'));
    expect(obol_url_parse(text, &strict, NULL) == (parsed && !url.has_userinfo));
    if (!parsed)
        return 0;
    const char *at = text.data, *end = text.data + text.size;
    const struct obol_slice parts[] = {url.scheme, url.userinfo, url.host,    url.port,
                                       url.path,   url.query,    url.fragment};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        at = after(parts[i], at, end);
    (void)obol_url_is_loopback(&url);
    return 0;
}
