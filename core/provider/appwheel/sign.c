#include "provider/appwheel/appwheel.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/mac.h"

/* timestamp LF nonce LF METHOD SP uri LF [ hex(MD5(body)) ], all of it in lower case (sheet 4.1).
 */
static bool write_input(struct obol_buf *out, const struct obol_draft *draft,
                        struct obol_slice timestamp, struct obol_err *err)
{
    obol_buf_add(out, timestamp);
    obol_buf_add_byte(out, '\n');
    obol_buf_add(out, draft->nonce);
    obol_buf_add_byte(out, '\n');
    obol_buf_add(out, draft->method);
    obol_buf_add_byte(out, ' ');
    obol_buf_add(out, draft->target);
    obol_buf_add_byte(out, '\n');
    if (!obol_slice_is(draft->method, "GET") && draft->body.size != 0) {
        unsigned char digest[OBOL_DIGEST_MAX];
        size_t size = 0;
        if (!obol_digest("md5", draft->body, digest, &size, err))
            return false;
        obol_hex_encode(out, obol_slice((const char *)digest, size));
    }
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = obol_ascii_lower(out->data[i]);
    return !out->failed || obol_fail(err, OBOL_ERR_INVALID, NULL, "expected a shorter request");
}

/* Writes over what was in `room`. */
static struct obol_slice authorize(struct obol_arena *arena, struct obol_buf *room,
                                   const unsigned char *mac, size_t size)
{
    obol_buf_clear(room);
    obol_buf_add_text(room, "Signature ");
    obol_hex_encode(room, obol_slice((const char *)mac, size));
    return obol_arena_copy(arena, obol_buf_slice(room));
}

static bool add_headers(struct obol_draft *draft, const struct obol_record *account,
                        struct obol_slice timestamp, struct obol_slice authorization)
{
    char room[OBOL_INT64_ROOM];
    struct obol_slice app_id = obol_arena_copy(
        draft->arena, obol_text_of_int64(room, obol_record_get(account, "app_id")->integer));
    return app_id.data != NULL && authorization.data != NULL &&
           obol_draft_header(draft, "x-request-appid", app_id) &&
           obol_draft_header(draft, "x-request-platform",
                             obol_record_get(account, "platform")->text) &&
           obol_draft_header(draft, "x-request-timestamp", timestamp) &&
           obol_draft_header(draft, "x-request-nonce", draft->nonce) &&
           obol_draft_header(draft, "x-request-uri", draft->target) &&
           obol_draft_header(draft, "authorization", authorization);
}

bool obol_appwheel_sign(struct obol_draft *draft, const struct obol_record *account,
                        struct obol_err *err)
{
    char room[OBOL_INT64_ROOM];
    struct obol_slice timestamp =
        obol_arena_copy(draft->arena, obol_text_of_int64(room, draft->time_ms / 1000));
    struct obol_buf input;
    obol_buf_init(&input, OBOL_CEILING_SMALL);
    unsigned char mac[OBOL_DIGEST_MAX];
    size_t size = 0;
    bool made = timestamp.data != NULL && write_input(&input, draft, timestamp, err) &&
                obol_hmac("sha256", obol_record_get(account, "secret")->secrets[0],
                          obol_buf_slice(&input), mac, &size, err);
    struct obol_slice authorization = {0};
    if (made)
        authorization = authorize(draft->arena, &input, mac, size);
    obol_buf_free(&input);
    if (!made)
        return false;
    if (!add_headers(draft, account, timestamp, authorization))
        return obol_fail(err, OBOL_ERR_INVALID, "nonce",
                         "expected text that can stand in a header");
    return true;
}
