#include "provider/appwheel/appwheel.h"

#include "base/reader.h"
#include "base/text.h"
#include "crypto/compare.h"
#include "crypto/digest.h"
#include "crypto/mac.h"
#include "schema/path.h"
#include "wire/json.h"

/*
 * A Stripe event forwarded by AppWheel. Neither its form nor its signature is documented; taken as
 * Stripe's own: `Stripe-Signature: t=<seconds>,v1=<hex hmac-sha256 of "t.body">` (sheet 9). It is
 * only a hint to ask again, for the customer that it speaks of.
 */

static bool refuse(struct obol_err *err)
{
    return obol_fail(err, OBOL_ERR_SIGNATURE, NULL,
                     "expected a signed notification of this account");
}

/* The value of `name=` in one comma-separated part, or an empty slice. */
static struct obol_slice part_named(struct obol_slice part, const char *name)
{
    size_t size = strlen(name);
    while (part.size != 0 && part.data[0] == ' ')
        part = obol_slice(part.data + 1, part.size - 1);
    if (part.size <= size || !obol_slice_starts(part, name) || part.data[size] != '=')
        return obol_slice(NULL, 0);
    return obol_slice(part.data + size + 1, part.size - size - 1);
}

/* Whether any v1 of the header is the right one for any of the account's secrets. */
static bool is_signed(struct obol_slice header, struct obol_slice expected)
{
    bool found = false;
    struct obol_reader reader = obol_reader(header);
    for (int parts = 0; parts < 16 && !obol_reader_done(&reader); parts++) {
        struct obol_slice given = part_named(obol_reader_until(&reader, ','), "v1");
        found |= given.size != 0 && obol_crypto_equal(given, expected);
    }
    return found;
}

static bool check_signature(const struct obol_incoming *incoming, struct obol_slice header,
                            struct obol_slice timestamp, const struct obol_slot *secrets,
                            struct obol_err *err)
{
    struct obol_buf input;
    obol_buf_init(&input, OBOL_CEILING_REQUEST);
    obol_buf_add(&input, timestamp);
    obol_buf_add_byte(&input, '.');
    obol_buf_add(&input, incoming->body);
    bool right = false;
    for (size_t i = 0; i < secrets->count && !input.failed; i++) {
        unsigned char mac[OBOL_DIGEST_MAX];
        size_t size = 0;
        struct obol_buf hex;
        obol_buf_init(&hex, OBOL_CEILING_SMALL);
        if (obol_hmac("sha256", secrets->secrets[i], obol_buf_slice(&input), mac, &size, err)) {
            obol_hex_encode(&hex, obol_slice((const char *)mac, size));
            right |= is_signed(header, obol_buf_slice(&hex));
        }
        obol_buf_free(&hex);
    }
    obol_buf_free(&input);
    return right || refuse(err);
}

static struct obol_slice timestamp_of(struct obol_slice header)
{
    struct obol_reader reader = obol_reader(header);
    return part_named(obol_reader_until(&reader, ','), "t");
}

static bool is_recent(struct obol_slice timestamp, int64_t now_ms, int64_t tolerance_s)
{
    int64_t seconds = 0;
    if (!obol_text_int64(timestamp, &seconds))
        return false;
    int64_t apart = 0;
    if (__builtin_sub_overflow(now_ms / 1000, seconds, &apart))
        return false;
    return apart >= -tolerance_s && apart <= tolerance_s;
}

/* Stripe counts in seconds. Whether the event has a time, and whether it is one. */
static bool time_of(const struct obol_node *event, int64_t *ms, bool *sound)
{
    int64_t seconds = 0;
    bool has = obol_node_int64(obol_path_find(event, "created"), &seconds);
    *sound = !has || !__builtin_mul_overflow(seconds, (int64_t)1000, ms);
    return has && *sound;
}

static struct obol_node *read_created(const struct obol_reading *reading,
                                      const struct obol_node *event)
{
    int64_t ms = 0;
    bool sound = true;
    return time_of(event, &ms, &sound) ? obol_node_integer(reading->arena, ms) : NULL;
}

/* clang-format off */
static const struct obol_field hint_fields[] = {
    {.name = "time_ms", .type = OBOL_TIME, .read = read_created, .doc = "when it happened"},
    {.name = "live", .wire = "livemode", .type = OBOL_BOOLEAN, .flags = OBOL_KEPT,
     .doc = "whether it is about real money"},
    {0},
};
static const char *const hint_id[] = {"id", NULL};

const struct obol_notification obol_appwheel_notifications[] = {
    {.type = "hint", .fields = hint_fields, .id_of = hint_id,
     .doc = "A forwarded Stripe event: ask again about what it speaks of.",
     .source = "AppWheel dashboard; its form is taken as Stripe's own"},
    {0},
};
/* clang-format on */

/* Whether a body that came empty was announced with bytes: a host that keeps large bodies in files
 * may hand over none, and what was lost on the way is no Test. */
static bool is_lost(const struct obol_incoming *incoming)
{
    struct obol_slice length = obol_incoming_header(incoming, "content-length");
    return length.size != 0 && !obol_slice_is(length, "0");
}

bool obol_appwheel_open(const struct obol_incoming *incoming, const struct obol_record *account,
                        struct obol_opened *opened, struct obol_err *err)
{
    /* the dashboard's Test button sends an empty body: nothing in it to be proven or acted on */
    if (incoming->body.size == 0)
        return !is_lost(incoming) || refuse(err);
    const struct obol_slot *secrets = obol_record_get(account, "webhook_secret");
    int64_t tolerance_s = obol_record_get(account, "webhook_tolerance_s")->integer;
    struct obol_slice header = obol_incoming_header(incoming, "stripe-signature");
    struct obol_slice timestamp = timestamp_of(header);
    if (secrets == NULL || !is_recent(timestamp, incoming->time_ms, tolerance_s))
        return refuse(err);
    if (!check_signature(incoming, header, timestamp, secrets, err))
        return false;
    opened->root = obol_json_parse(incoming->arena, incoming->body, NULL, err);
    const struct obol_node *id = opened->root != NULL ? obol_path_find(opened->root, "id") : NULL;
    int64_t ms = 0;
    bool sound = true;
    (void)time_of(opened->root, &ms, &sound);
    if (id == NULL || id->type != OBOL_NODE_TEXT || id->text.size == 0 || !sound)
        return obol_fail(err, OBOL_ERR_PROVIDER, NULL, "expected a Stripe event");
    return true;
}
