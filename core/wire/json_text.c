#include "wire/json_text.h"

#include "base/text.h"
#include "base/word.h"

#include <endian.h>
#include <limits.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static const char bad_escape[] = "expected a valid escape";
static const char half_pair[] = "expected both halves of a surrogate pair";

/* The bytes among eight that JSON cannot carry as they stand, or that are no ASCII; only the lowest
 * bit is to be trusted to stand for one. */
static uint64_t specials(uint64_t word, bool ascii)
{
    return obol_word_below(word, ' ') | obol_word_has(word, '"') | obol_word_has(word, '\\') |
           (ascii ? obol_word_high(word) : 0);
}

/* Which of the eight bytes that bit stands for. */
static size_t first_of(uint64_t found)
{
    return (size_t)__builtin_ctzll(found) / CHAR_BIT;
}

static bool is_plain(unsigned char byte, bool ascii)
{
    return byte >= 0x20 && byte != '"' && byte != '\\' && !(ascii && byte >= 0x80);
}

/* How many bytes are plain, looked at sixteen by sixteen, as far as there are so many: then or at
 * the first that is not, `length` tells. */
static bool find_wide(struct obol_slice text, bool ascii, size_t *length)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1F);
    for (; text.size - *length >= sizeof quote; *length += sizeof quote) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text.data + *length));
        __m128i special =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        special = _mm_or_si128(special, _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
        if (ascii)
            special = _mm_or_si128(special, bytes); /* of which the highest bit is taken */
        int found = _mm_movemask_epi8(special);
        if (found != 0) {
            *length += (size_t)__builtin_ctz((unsigned)found);
            return true;
        }
    }
#else
    (void)text, (void)ascii, (void)length;
#endif
    return false;
}

size_t obol_json_plain_length(struct obol_slice text, bool ascii)
{
    size_t length = 0, word = sizeof(uint64_t);
    if (find_wide(text, ascii, &length))
        return length;
    for (; text.size - length >= word; length += word) {
        uint64_t found = specials(le64toh(obol_word_load(text.data + length)), ascii);
        if (found != 0)
            return length + first_of(found);
    }
    if (length == text.size)
        return length;
    if (length != 0) {
        /* the last eight, of which the first are known to be plain */
        size_t last = text.size - word;
        uint64_t found = specials(le64toh(obol_word_load(text.data + last)), ascii);
        return found != 0 ? last + first_of(found) : text.size;
    }
    if (specials(obol_word_load_few(text.data, text.size - length), ascii) == 0)
        return text.size;
    while (length < text.size && is_plain((unsigned char)text.data[length], ascii))
        length++;
    return length;
}

static bool read_hex4(struct obol_reader *in, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = obol_reader_take(in);
        if (digit >= '0' && digit <= '9')
            digit -= '0';
        else if (digit >= 'a' && digit <= 'f')
            digit -= 'a' - 10;
        else if (digit >= 'A' && digit <= 'F')
            digit -= 'A' - 10;
        else
            return false;
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return true;
}

/* The code point of an escape whose \u has been read; two of them for a surrogate pair. */
static const char *read_code_point(struct obol_reader *in, uint32_t *point)
{
    if (!read_hex4(in, point))
        return bad_escape;
    if (*point < 0xD800 || *point > 0xDFFF)
        return NULL;
    uint32_t low;
    if (*point > 0xDBFF || !obol_reader_skip(in, '\\') || !obol_reader_skip(in, 'u'))
        return half_pair;
    if (!read_hex4(in, &low))
        return bad_escape;
    if (low < 0xDC00 || low > 0xDFFF)
        return half_pair;
    *point = 0x10000 + ((*point - 0xD800) << 10) + (low - 0xDC00);
    return NULL;
}

static size_t write_utf8(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    out[0] = (char)(leads[size] | point);
    return size;
}

/* The byte that a short escape stands for, or -1. */
static int short_escape(int letter)
{
    switch (letter) {
    case '"':
    case '\\':
    case '/':
        return letter;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return -1;
    }
}

/* Decodes what `in` holds to `out`, which has room for as many bytes: no escape is shorter than
 * what it stands for. */
static const char *decode(struct obol_reader *in, char *out, size_t *size, size_t *at)
{
    while (!obol_reader_done(in)) {
        *at = in->at;
        int byte = obol_reader_take(in);
        uint32_t point = (uint32_t)byte;
        if (byte != '\\') {
            out[(*size)++] = (char)byte;
            continue;
        }
        int letter = obol_reader_take(in);
        int plain = short_escape(letter);
        if (plain >= 0)
            point = (uint32_t)plain;
        const char *wrong = letter == 'u' ? read_code_point(in, &point)
                            : plain < 0   ? bad_escape
                                          : NULL;
        if (wrong != NULL)
            return wrong;
        *size += write_utf8(out + *size, point);
    }
    return NULL;
}

static const char *decode_escapes(struct obol_arena *arena, struct obol_slice *text, size_t *at)
{
    char *decoded = obol_arena_alloc(arena, text->size);
    if (decoded == NULL)
        return "more memory needed than allowed";
    struct obol_reader in = obol_reader(*text);
    size_t from = *at, size = 0;
    const char *wrong = decode(&in, decoded, &size, at);
    *at += from;
    *text = obol_slice(decoded, size);
    return wrong;
}

/* Moves to the closing quote; says what it came across on the way. */
static const char *find_end(struct obol_reader *in, bool *escapes, bool *high)
{
    for (;;) {
        in->at += obol_json_plain_length(
            obol_slice(in->input.data + in->at, in->input.size - in->at), true);
        int byte = obol_reader_peek(in);
        if (byte == '"')
            return NULL;
        if (byte < 0)
            return "expected a closing quote";
        if (byte < 0x20)
            return "expected no control character";
        in->at++;
        if (byte != '\\') {
            *high = true;
            continue;
        }
        *escapes = true;
        if (obol_reader_take(in) < 0)
            return "expected a closing quote";
    }
}

const char *obol_json_read_text(struct obol_arena *arena, struct obol_reader *in,
                                struct obol_slice *text, size_t *at)
{
    bool escapes = false, high = false;
    in->at++;
    size_t from = in->at;
    const char *wrong = find_end(in, &escapes, &high);
    *at = in->at;
    if (wrong != NULL)
        return wrong;
    *text = obol_reader_since(in, from);
    in->at++;
    *at = from;
    /* escapes are ASCII, so the text as written shows whether the decoded one is UTF-8 */
    if (high && !obol_utf8_valid(*text))
        return "expected valid UTF-8 in the text";
    return escapes ? decode_escapes(arena, text, at) : NULL;
}
