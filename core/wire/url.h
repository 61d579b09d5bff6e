#pragma once

#include "base/err.h"
#include "base/slice.h"

/*
 * An absolute URL, taken apart but not decoded: every part is borrowed from the text. Strict: ASCII
 * without blanks and control characters, whole percent escapes, a port of 1 to 65535. The scheme
 * may be any ("myapp://back"); whether it will do is the caller's to judge. Web addresses (http,
 * https) need a host, and one that is all digits and dots has to be an IPv4 address.
 */
struct obol_url {
    struct obol_slice scheme;   /* as written; compare without case */
    struct obol_slice userinfo; /* without the "@" */
    struct obol_slice host;     /* an IPv6 address without its brackets */
    struct obol_slice port;     /* digits, or empty */
    struct obol_slice path;     /* with its slash, or empty */
    struct obol_slice query;    /* without the "?" */
    struct obol_slice fragment; /* without the "#" */
    bool has_userinfo, has_query, has_fragment;
};

/* Refuses userinfo ("user:password@"): it would put a password into logs and redirects. */
bool obol_url_parse(struct obol_slice text, struct obol_url *url,
                    struct obol_err *err) OBOL_MUST_USE;

/* The same, for the few places that take userinfo. */
bool obol_url_parse_userinfo(struct obol_slice text, struct obol_url *url,
                             struct obol_err *err) OBOL_MUST_USE;

/* Whether the host is this machine: localhost, 127.0.0.0/8 or ::1. */
bool obol_url_is_loopback(const struct obol_url *url);
