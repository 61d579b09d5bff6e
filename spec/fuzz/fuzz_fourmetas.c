/* Target: obol_fourmetas_open through obol_call_open, in both modes. The input is a callback's
 * body, its address, and its sealed text: nothing that a fuzzer makes up is sealed, so nothing may
 * be taken for an event. It comes again as the clear text of a callback that is sealed. */
#include "account.h"
#include "base/text.h"
#include "call/notice.h"
#include "crypto/key.h"
#include "crypto/rsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CLEAR_MAX = 4096 };

static bool open(unsigned account, struct obol_incoming incoming)
{
    struct obol_arena arena;
    obol_arena_init(&arena, 32 << 20);
    incoming.arena = &arena;
    incoming.time_ms = 1700000000000;
    struct obol_node *event = obol_node_new(&arena, OBOL_NODE_MAP);
    struct obol_err err = {0};
    bool opened = obol_call_open(fuzz_account_at(account), &incoming, event, &err);
    /* one answer for every fault, so that nobody learns at which step it was */
    if (!opened && err.kind != OBOL_ERR_SIGNATURE && err.kind != OBOL_ERR_PROVIDER &&
        incoming.body.size <= 1 << 20)
        abort();
    if (opened && obol_node_at(event, "type") == NULL)
        abort();
    /* who has the public key alone proves nothing */
    bool proven = obol_node_at(event, "verified_by") != NULL;
    if (opened &&
        (proven != (account == FUZZ_RECOVERING) || obol_node_at(event, "confirm") == NULL))
        abort();
    obol_arena_free(&arena);
    return opened;
}

static void open_as_it_is(unsigned account, struct obol_slice input)
{
    struct obol_buf body;
    obol_buf_init(&body, 1 << 24);
    obol_buf_add_text(&body, "{\"param\":\"");
    obol_base64_encode(&body, input);
    obol_buf_add_text(&body, "\"}");
    if (open(account, (struct obol_incoming){.body = input}) ||
        open(account, (struct obol_incoming){.url = input}) ||
        open(account, (struct obol_incoming){.body = obol_buf_slice(&body)}))
        abort();
    obol_buf_free(&body);
}

static void open_sealed(unsigned account, struct obol_slice clear)
{
    static struct obol_key *key;
    struct obol_err err = {0};
    struct obol_buf sealed, body;
    if (key == NULL &&
        !obol_key_open(obol_buf_slice(&fuzz_pair()->private), obol_slice(NULL, 0), &key, &err))
        abort();
    obol_buf_init(&sealed, 1 << 24);
    obol_buf_init(&body, 1 << 24);
    bool fine = account == FUZZ_RECOVERING
                    ? obol_rsa_private_encrypt(key, clear, &sealed, &err)
                    : obol_rsa_encrypt(key, OBOL_PADDING_PKCS1, clear, &sealed, &err);
    if (!fine)
        abort();
    obol_buf_add_text(&body, "{\"param\":\"");
    obol_base64_encode(&body, obol_buf_slice(&sealed));
    obol_buf_add_text(&body, "\"}");
    (void)open(account, (struct obol_incoming){.body = obol_buf_slice(&body)});
    obol_buf_free(&sealed);
    obol_buf_free(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct obol_slice input = obol_slice((const char *)data, size);
    for (unsigned account = FUZZ_RECOVERING; account <= FUZZ_DECRYPTING; account++) {
        open_as_it_is(account, input);
        if (size <= CLEAR_MAX)
            open_sealed(account, input);
    }
    return 0;
}
