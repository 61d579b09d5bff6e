#pragma once

#include "schema/types.h"

/* A checked record as the bytes that go out. */

/* The rows of the body as a JSON object, in the order of the table: rows with a common beginning
 * of their wire paths stand together and share an object. */
void obol_encode_json(struct obol_buf *out, const struct obol_record *record,
                      const struct obol_exponent *exponents);

/* The path of a request line with its `{names}` filled in, percent-encoded, then the query. */
bool obol_encode_target(struct obol_buf *out, const char *request_line,
                        const struct obol_record *record, struct obol_err *err) OBOL_MUST_USE;

/* A scalar slot as plain text, as paths, queries and headers want it. */
void obol_encode_plain(struct obol_buf *out, const struct obol_field *field,
                       const struct obol_slot *slot, const struct obol_exponent *exponents);
