#include "base/text.h"
#include "base/word.h"
#include "net/call.h"

/* Headers as they came, turned into a reply. libcurl has checked the framing line by line; what it
 * lets pass though two readers could understand it in two ways is refused here. */

static struct obol_slice trim(struct obol_slice text)
{
    while (text.size != 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = obol_slice(text.data + 1, text.size - 1);
    for (; text.size != 0; text.size--) {
        char last = text.data[text.size - 1];
        if (last != ' ' && last != '\t' && last != '\r' && last != '\n')
            break;
    }
    return text;
}

/* Lower case in place: the bytes are ours. */
static bool read_header(char *line, size_t size, struct obol_header *header)
{
    char *colon = memchr(line, ':', size);
    if (colon == NULL || colon == line || memchr(line, '\0', size) != NULL)
        return false;
    size_t name = (size_t)(colon - line);
    for (size_t i = 0; i < name;) {
        /* the last word may overlap the one before: it is not changed by a second time */
        size_t at = i + 8 <= name || name < 8 ? i : name - 8;
        uint64_t word = name < 8 ? 0 : obol_word_load(line + at);
        if (obol_word_no_name(word) == 0) {
            word |= OBOL_EACH(0x20);
            memcpy(line + at, &word, sizeof word);
            i = at + 8;
            continue;
        }
        if (line[i] <= ' ' || line[i] == 0x7F)
            return false;
        line[i] = obol_ascii_lower(line[i]);
        i++;
    }
    header->name = obol_slice(line, name);
    header->value = trim(obol_slice(colon + 1, size - name - 1));
    return memchr(header->value.data, '\r', header->value.size) == NULL;
}

/* RFC 9112 section 5.2: a line that begins with a blank goes on with the one before; its line end
 * counts as blanks. */
static void unfold(char *text, size_t size)
{
    char *end = text + size, *at = text;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL && ++at < end) {
        if (*at != ' ' && *at != '\t')
            continue;
        at[-1] = ' ';
        if (at - 1 != text && at[-2] == '\r')
            at[-2] = ' ';
    }
}

/* RFC 9112 section 6.3: one length, in digits, and not beside a transfer coding. */
static bool is_framed_once(const struct obol_reply *reply)
{
    int lengths = 0, codings = 0;
    for (size_t i = 0; i < reply->header_count; i++) {
        const struct obol_header *header = &reply->headers[i];
        if (obol_slice_is(header->name, "content-length")) {
            lengths++;
            if (!obol_text_is_digits(header->value))
                return false;
        }
        codings += obol_slice_is(header->name, "transfer-encoding");
    }
    return lengths + codings <= 1;
}

bool obol_net_read_reply(struct obol_net_call *call)
{
    struct obol_reply *reply = &call->result.reply;
    size_t left = call->head.size, count = 0;
    size_t before = (left + alignof(struct obol_header) - 1) & ~(alignof(struct obol_header) - 1);
    size_t more = before - left + (call->lines + 1) * sizeof(struct obol_header);
    if (obol_buf_grow(&call->head, more) == NULL)
        return false;
    char *text = call->head.data;
    struct obol_header *headers = (void *)(text + before);
    unfold(text, left);
    for (bool status_line = true; left != 0; status_line = false) {
        char *end = memchr(text, '\n', left);
        size_t size = end != NULL ? (size_t)(end - text) + 1 : left;
        bool blank = size <= 2 && (text[0] == '\r' || text[0] == '\n');
        if (!status_line && !blank && !read_header(text, size, &headers[count++]))
            return false;
        text += size;
        left -= size;
    }
    reply->headers = headers;
    reply->header_count = count;
    reply->body = obol_buf_slice(&call->reply_body);
    return is_framed_once(reply);
}
