#pragma once

#include "call/account.h"
#include "key.h"
#include "wire/json.h"

#include <stdlib.h>

/* Accounts for the targets, each made once: of AppWheel, and of the others by their place below;
 * 4metas' in both of its modes. */
enum { FUZZ_APPWHEEL, FUZZ_RUXPAY, FUZZ_MINCLOUD, FUZZ_RECOVERING, FUZZ_DECRYPTING, FUZZ_ACCOUNTS };

#define FUZZ_GAMES(mode)                                                                           \
    "{\"api_base\":\"https://a.example\",\"pay_base\":\"https://p.example\",\"game_id\":22,"       \
    "\"rsa\":{\"mode\":\"" mode "\",\"key\":\"x\"}}"

static struct obol_account *fuzz_account_at(unsigned at)
{
    static const struct {
        const char *provider, *config;
    } each[FUZZ_ACCOUNTS] = {
        {"appwheel", "{\"app_id\":\"331058835\",\"secret\":\"s3cret\",\"webhook_secret\":\"w\"}"},
        {"ruxpay", "{\"base_url\":\"https://a.example\",\"app_id\":\"123456\","
                   "\"merchant_no\":\"m\",\"secret_key\":\"w\",\"auth\":{\"mode\":\"body_sign\"}}"},
        {"mincloud", "{\"client_id\":\"c0ffee\",\"token\":\"t\",\"webhook_key\":\"w\"}"},
        {"fourmetas", FUZZ_GAMES("private_encrypt")},
        {"fourmetas", FUZZ_GAMES("public_encrypt")},
    };
    static struct obol_account accounts[FUZZ_ACCOUNTS];
    static bool open[FUZZ_ACCOUNTS];
    at %= FUZZ_ACCOUNTS;
    if (open[at])
        return &accounts[at];
    struct obol_arena arena;
    obol_arena_init(&arena, 1 << 20);
    const struct obol_provider *provider = obol_provider_find(obol_slice_text(each[at].provider));
    struct obol_node *node = obol_json_parse(&arena, obol_slice_text(each[at].config), NULL, NULL);
    struct obol_problems problems = {.arena = &arena};
    if (at == FUZZ_RECOVERING || at == FUZZ_DECRYPTING)
        obol_node_at(node, "rsa.key")->text =
            obol_buf_slice(at == FUZZ_RECOVERING ? &fuzz_pair()->public : &fuzz_pair()->private);
    for (const struct obol_field *row = provider->config; row->name != NULL; row++)
        if (row->type == OBOL_SECRET && obol_node_at(node, row->name) != NULL)
            obol_node_at(node, row->name)->flags |= OBOL_NODE_SECRET;
    open[at] = obol_account_open(&accounts[at], provider, node, &problems);
    obol_arena_free(&arena);
    if (!open[at])
        abort();
    return &accounts[at];
}
