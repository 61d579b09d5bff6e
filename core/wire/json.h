#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/node.h"

/*
 * JSON by RFC 8259, read strictly and exactly: no number ever becomes a double, no member name
 * comes twice, nothing but UTF-8, no byte order mark, nothing after the value.
 */
struct obol_json_limits {
    size_t bytes;   /* of the document */
    unsigned depth; /* of lists and maps in one another */
    size_t members; /* values in the whole document */
};

enum {
    OBOL_JSON_DEPTH = 128,
    OBOL_JSON_MEMBERS = 128 * 1024,
};

/*
 * The document as a tree, or null. Limits may be null: 8 MiB, and those above. Text, names and
 * literals are borrowed from `text`, save those with escapes; `raw` is set for every value. The
 * message gives the byte offset, counted from 0, and never what stood there.
 */
struct obol_node *obol_json_parse(struct obol_arena *arena, struct obol_slice text,
                                  const struct obol_json_limits *limits,
                                  struct obol_err *err) OBOL_MUST_USE;

/* Quoted. Escapes stand only where they must: quotes, backslashes, control characters. The text
 * has to be valid UTF-8. */
void obol_json_write_text(struct obol_buf *out, struct obol_slice text);
/* The same of a text in which nothing needs an escape. */
void obol_json_write_plain(struct obol_buf *out, struct obol_slice text);

/* Compact; numbers as their literal text, members in the order of the tree. Refuses text that is
 * not UTF-8 and amounts of money, which have no one spelling; err->field is their path. */
bool obol_json_write(struct obol_buf *out, const struct obol_node *node,
                     struct obol_err *err) OBOL_MUST_USE;
