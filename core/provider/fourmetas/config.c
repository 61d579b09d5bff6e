#include "provider/fourmetas/fourmetas.h"

#include "base/secret.h"
#include "crypto/key.h"
#include "wire/url.h"

static const struct obol_word modes[] = {
    {.word = "public_encrypt"}, {.word = "private_encrypt"}, {0}};
static const struct obol_word encodings[] = {{.word = "base64"}, {.word = "hex"}, {0}};
static const struct obol_word paddings[] = {{.word = "pkcs1"}, {.word = "oaep_sha1"}, {0}};
static const struct obol_word sources[] = {{.word = "any"}, {.word = "json"}, {0}};

/* clang-format off */
const struct obol_field obol_fourmetas_config[] = {
    {.name = "api_base", .type = OBOL_URL, .flags = OBOL_REQUIRED,
     .sample = "https://api.example", .doc = "where the API is, as the environment was assigned"},
    {.name = "pay_base", .type = OBOL_URL, .flags = OBOL_REQUIRED,
     .sample = "https://pay.example", .doc = "where the pay page is"},
    {.name = "game_id", .type = OBOL_INTEGER, .flags = OBOL_REQUIRED, .min = 1, .max = INT32_MAX,
     .sample = "22", .doc = "the game"},
    {.name = "rsa.mode", .type = OBOL_TEXT, .oneof = modes, .preset = "public_encrypt",
     .sample = "public_encrypt", .configurable = "rsa.mode",
     .doc = "which half of which key pair the platform uses for callbacks"},
    {.name = "rsa.key", .type = OBOL_SECRET, .max = 16384, .configurable = "rsa.key",
     .doc = "the merchant's private key (public_encrypt) or the platform's public key; without it "
            "no callback is accepted"},
    {.name = "rsa.param_name", .type = OBOL_TEXT, .preset = "param", .max = 64, .sample = "param",
     .configurable = "rsa.param_name", .doc = "the member that holds the sealed text"},
    {.name = "rsa.encoding", .type = OBOL_TEXT, .oneof = encodings, .preset = "base64",
     .sample = "base64", .configurable = "rsa.encoding", .doc = "how the sealed bytes are written"},
    {.name = "rsa.padding", .type = OBOL_TEXT, .oneof = paddings, .preset = "pkcs1",
     .sample = "pkcs1", .configurable = "rsa.padding",
     .doc = "how a segment fills its block; oaep_sha1 with public_encrypt only"},
    {.name = "rsa.from", .type = OBOL_TEXT, .oneof = sources, .preset = "any", .sample = "any",
     .configurable = "rsa.from",
     .doc = "where the sealed text is taken from: a JSON body alone, or a form or the query too"},
    {.name = "extra_headers", .type = OBOL_LIST, .sub = obol_extra_header, .max = 8,
     .configurable = "extra_headers", .doc = "headers of every request, such as access-token"},
    {.name = "confirm", .type = OBOL_BOOLEAN, .preset = "true", .sample = "true",
     .configurable = "confirm",
     .doc = "whether a callback is confirmed by a query; always so with public_encrypt"},
    {.name = "acknowledge.status", .type = OBOL_INTEGER, .min = 200, .max = 299, .sample = "200",
     .configurable = "acknowledge.status", .doc = "the HTTP status that tells of receipt"},
    {.name = "acknowledge.body", .type = OBOL_TEXT, .max = 256, .sample = "success",
     .configurable = "acknowledge.body", .doc = "the body that tells of receipt"},
    {.name = "expire_after", .type = OBOL_DURATION, .preset = "2h", .sample = "2h",
     .configurable = "expire_after", .doc = "how long an order may be paid"},
    {0},
};
/* clang-format on */

static bool is_recovery(const struct obol_record *config)
{
    return obol_slice_is(obol_record_get(config, "rsa.mode")->text, "private_encrypt");
}

/* What a key has to be for the mode, or null. */
static const char *unfit(const struct obol_key *key, bool recovery)
{
    if (strcmp(obol_key_type(key), "rsa") != 0 || obol_key_bits(key) > 4096)
        return "an RSA key of 1024 to 4096 bits";
    if (obol_key_is_private(key) == recovery)
        return recovery ? "the platform's public key, not a private one"
                        : "the merchant's private key, not a public one";
    return NULL;
}

/* What is joined to it is a fragment: behind another, or behind a query, no browser finds it. */
static void check_pay_base(const struct obol_record *config, struct obol_problems *problems)
{
    struct obol_url url;
    if (!obol_url_parse(obol_record_get(config, "pay_base")->text, &url, NULL) || url.has_query ||
        url.has_fragment)
        obol_problem_add(problems, OBOL_ERR_INVALID, "pay_base",
                         "expected a URL without query and fragment");
}

bool obol_fourmetas_prepare(const struct obol_record *config, void **state,
                            struct obol_problems *problems)
{
    const struct obol_slot *texts = obol_record_get(config, "rsa.key");
    bool recovery = is_recovery(config);
    check_pay_base(config, problems);
    if (recovery && !obol_slice_is(obol_record_get(config, "rsa.padding")->text, "pkcs1"))
        obol_problem_add(problems, OBOL_ERR_INVALID, "rsa.padding",
                         "expected \"pkcs1\" with private_encrypt");
    if (texts == NULL)
        return problems->count == 0;
    struct obol_fourmetas_keys *keys = obol_secret_alloc(sizeof *keys);
    *state = keys;
    if (keys != NULL)
        *keys = (struct obol_fourmetas_keys){0};
    for (size_t i = 0; keys != NULL && i < texts->count; i++) {
        struct obol_err err = {0};
        if (!obol_key_open(texts->secrets[i], obol_slice(NULL, 0), &keys->keys[i], &err)) {
            obol_problem_add(problems, OBOL_ERR_INVALID, "rsa.key",
                             "expected an RSA key as PEM, DER or the base64 of DER");
            return false;
        }
        keys->count++;
        const char *expected = unfit(keys->keys[i], recovery);
        if (expected != NULL)
            obol_problem_add(problems, OBOL_ERR_INVALID, "rsa.key", "expected %s", expected);
    }
    if (keys == NULL)
        obol_problem_add(problems, OBOL_ERR_INTERNAL, "rsa.key", "expected more memory");
    return problems->count == 0;
}

void obol_fourmetas_release(void *state)
{
    struct obol_fourmetas_keys *keys = state;
    for (size_t i = 0; i < keys->count; i++)
        obol_key_free(keys->keys[i]);
    obol_secret_free(keys, sizeof *keys);
}

bool obol_fourmetas_sign(struct obol_draft *draft, const struct obol_record *account,
                         struct obol_err *err)
{
    return obol_draft_extra_headers(draft, obol_record_get(account, "extra_headers")) ||
           obol_fail(err, OBOL_ERR_INVALID, "extra_headers",
                     "expected names and values that can stand in a header");
}
