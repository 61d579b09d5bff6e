#include "base/text.h"

#include "base/word.h"

#include <limits.h>

void obol_hex_encode(struct obol_buf *out, struct obol_slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *room = obol_buf_grow(out, bytes.size * 2);
    if (room == NULL)
        return;
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        room[2 * i] = digits[byte >> 4];
        room[2 * i + 1] = digits[byte & 15];
    }
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

bool obol_hex_decode(struct obol_buf *out, struct obol_slice text)
{
    if (text.size % 2 != 0)
        return false;
    for (size_t i = 0; i < text.size; i += 2) {
        int high = hex_value(text.data[i]), low = hex_value(text.data[i + 1]);
        if (high < 0 || low < 0)
            return false;
        obol_buf_add_byte(out, (char)(high << 4 | low));
    }
    return !out->failed;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void obol_base64_encode(struct obol_buf *out, struct obol_slice bytes)
{
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t group = (uint32_t)(unsigned char)bytes.data[i] << 16;
        if (left > 1)
            group |= (uint32_t)(unsigned char)bytes.data[i + 1] << 8;
        if (left > 2)
            group |= (uint32_t)(unsigned char)bytes.data[i + 2];
        const char quad[4] = {
            base64_digits[group >> 18],
            base64_digits[group >> 12 & 63],
            left > 1 ? base64_digits[group >> 6 & 63] : '=',
            left > 2 ? base64_digits[group & 63] : '=',
        };
        obol_buf_add(out, obol_slice(quad, sizeof quad));
    }
}

static int base64_value(char digit)
{
    const char *found = digit != '\0' ? strchr(base64_digits, digit) : NULL;
    return found != NULL ? (int)(found - base64_digits) : -1;
}

/* One group of four, of which the last `padding` are '='; unused bits have to be zero. */
static bool decode_quad(struct obol_buf *out, const char *quad, int padding)
{
    uint32_t group = 0;
    for (int i = 0; i < 4; i++) {
        int value = i < 4 - padding ? base64_value(quad[i]) : 0;
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
    }
    if (padding != 0 && (group & (padding == 1 ? 0xFFu : 0xFFFFu)) != 0)
        return false;
    const char bytes[3] = {(char)(group >> 16), (char)(group >> 8), (char)group};
    obol_buf_add(out, obol_slice(bytes, (size_t)(3 - padding)));
    return true;
}

bool obol_base64_decode(struct obol_buf *out, struct obol_slice text)
{
    if (text.size % 4 != 0)
        return false;
    for (size_t i = 0; i < text.size; i += 4) {
        const char *quad = text.data + i;
        int padding = 0;
        if (i + 4 == text.size && quad[3] == '=')
            padding = quad[2] == '=' ? 2 : 1;
        if (!decode_quad(out, quad, padding))
            return false;
    }
    return !out->failed;
}

static bool is_unreserved(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

void obol_percent_encode(struct obol_buf *out, struct obol_slice bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        if (is_unreserved(bytes.data[i])) {
            obol_buf_add_byte(out, bytes.data[i]);
            continue;
        }
        const char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        obol_buf_add(out, obol_slice(escape, sizeof escape));
    }
}

bool obol_percent_decode(struct obol_buf *out, struct obol_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != '%') {
            obol_buf_add_byte(out, text.data[i]);
            continue;
        }
        if (text.size - i < 3)
            return false;
        int high = hex_value(text.data[i + 1]), low = hex_value(text.data[i + 2]);
        if (high < 0 || low < 0)
            return false;
        obol_buf_add_byte(out, (char)(high << 4 | low));
        i += 2;
    }
    return !out->failed;
}

/* Bytes of the sequence that starts here, 0 when it is not valid. */
static size_t utf8_sequence(const unsigned char *at, size_t left)
{
    unsigned char lead = at[0];
    if (lead < 0x80)
        return 1;
    size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || left < size)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (lead == 0xE0 && at[1] < 0xA0) || (lead == 0xF0 && at[1] < 0x90);
    bool surrogate = lead == 0xED && at[1] > 0x9F;
    bool too_high = lead == 0xF4 && at[1] > 0x8F;
    return overlong || surrogate || too_high ? 0 : size;
}

/* How many bytes of ASCII stand at the start: eight at a time, or some fewer. */
static size_t ascii_length(struct obol_slice text)
{
    size_t length = 0;
    while (text.size - length >= sizeof(uint64_t) &&
           obol_word_high(obol_word_load(text.data + length)) == 0)
        length += sizeof(uint64_t);
    return length;
}

bool obol_utf8_valid(struct obol_slice text)
{
    const unsigned char *at = (const unsigned char *)text.data;
    for (size_t i = ascii_length(text); i < text.size;) {
        if (at[i] < 0x80) {
            i++;
            continue;
        }
        size_t size = utf8_sequence(at + i, text.size - i);
        if (size == 0)
            return false;
        i += size;
    }
    return true;
}

size_t obol_utf8_length(struct obol_slice text)
{
    size_t length = ascii_length(text);
    for (size_t i = length; i < text.size; i++)
        length += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return length;
}

bool obol_ascii_equal_nocase(struct obol_slice left, struct obol_slice right)
{
    if (left.size != right.size)
        return false;
    for (size_t i = 0; i < left.size; i++)
        if (obol_ascii_lower(left.data[i]) != obol_ascii_lower(right.data[i]))
            return false;
    return true;
}

bool obol_text_fits_header(struct obol_slice text)
{
    size_t i = 0;
    for (uint64_t word; text.size - i >= sizeof word; i += sizeof word) {
        word = obol_word_load(text.data + i);
        if ((obol_word_high(word) | obol_word_below(word, ' ') | obol_word_has(word, 0x7F)) != 0)
            return false;
    }
    for (; i < text.size; i++)
        if (text.data[i] < ' ' || text.data[i] > '~')
            return false;
    return text.size == 0 || (text.data[0] != ' ' && text.data[text.size - 1] != ' ');
}

/* Letters and hyphens alone, as most names are. The last word may overlap the one before. */
static bool is_plain_name(struct obol_slice text)
{
    if (text.size < 8)
        return false;
    uint64_t others = obol_word_no_name(obol_word_load(text.data + text.size - 8));
    for (size_t at = 0; at + 8 < text.size; at += 8)
        others |= obol_word_no_name(obol_word_load(text.data + at));
    return others == 0;
}

bool obol_text_is_token(struct obol_slice text)
{
    if (is_plain_name(text))
        return true;
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i], letter = byte | 0x20;
        if ((unsigned char)(letter - 'a') < 26 || byte == '-')
            continue;
        if ((unsigned char)(byte - '0') >= 10 && (byte == '\0' || strchr(others, byte) == NULL))
            return false;
    }
    return text.size != 0;
}

bool obol_text_is_digits(struct obol_slice text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.size != 0;
}

enum { DIGITS_MAX = 19 }; /* of an int64 */

bool obol_text_int64(struct obol_slice text, int64_t *integer)
{
    bool negative = text.size != 0 && text.data[0] == '-';
    struct obol_slice digits = obol_slice(text.data + negative, text.size - negative);
    if (digits.size == 0 || digits.size > DIGITS_MAX || (digits.size > 1 && digits.data[0] == '0'))
        return false;
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    uint64_t value = 0; /* that many digits always fit */
    for (size_t i = 0; i < digits.size; i++) {
        unsigned digit = (unsigned)(unsigned char)digits.data[i] - '0';
        if (digit > 9)
            return false;
        value = value * 10 + digit;
    }
    if (value > limit)
        return false;
    *integer = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

struct obol_slice obol_text_of_int64(char *room, int64_t integer)
{
    size_t at = OBOL_INT64_ROOM;
    uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    do {
        room[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (integer < 0)
        room[--at] = '-';
    return obol_slice(room + at, OBOL_INT64_ROOM - at);
}
