#pragma once

#include "base/buf.h"

#include <stdint.h>

/* Encodings and checks of text. Decoders are strict: no blanks, no junk, nothing left over. */

void obol_hex_encode(struct obol_buf *out, struct obol_slice bytes); /* lower case */
bool obol_hex_decode(struct obol_buf *out, struct obol_slice text) OBOL_MUST_USE;

void obol_base64_encode(struct obol_buf *out, struct obol_slice bytes); /* standard, padded */
bool obol_base64_decode(struct obol_buf *out, struct obol_slice text) OBOL_MUST_USE;

/* Everything outside A-Z a-z 0-9 - . _ ~ becomes %XX (upper case), as RFC 3986 section 2.3 says. */
void obol_percent_encode(struct obol_buf *out, struct obol_slice bytes);
bool obol_percent_decode(struct obol_buf *out, struct obol_slice text) OBOL_MUST_USE;

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool obol_utf8_valid(struct obol_slice text) OBOL_MUST_USE;
size_t obol_utf8_length(struct obol_slice text); /* code points of valid UTF-8 */

static inline char obol_ascii_lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

bool obol_ascii_equal_nocase(struct obol_slice left, struct obol_slice right);
bool obol_text_is_digits(struct obol_slice text); /* one or more of 0-9 */
bool obol_text_is_token(struct obol_slice text);  /* RFC 9110 section 5.6.2: a header's name */

/* Visible ASCII, with blanks only between: servers read other bytes each in their own way, and cut
 * blanks at the ends, so that what was signed would not be what they check. */
bool obol_text_fits_header(struct obol_slice text);

/* An optional minus and digits, without leading zeros, within int64. */
bool obol_text_int64(struct obol_slice text, int64_t *integer) OBOL_MUST_USE;
/* The way back: the digits stand in `room`, which has OBOL_INT64_ROOM bytes. */
enum { OBOL_INT64_ROOM = 20 };
struct obol_slice obol_text_of_int64(char *room, int64_t integer);
