#pragma once

#include "call/account.h"
#include "wire/json.h"

#include <stdlib.h>

/* An AppWheel account for the targets, made once. */
static struct obol_account *fuzz_account(void)
{
    static struct obol_account account;
    static bool open;
    if (open)
        return &account;
    struct obol_arena arena;
    obol_arena_init(&arena, 1 << 20);
    const char *config =
        "{\"app_id\":\"331058835\",\"secret\":\"s3cret\",\"webhook_secret\":\"w\"}";
    struct obol_node *node = obol_json_parse(&arena, obol_slice_text(config), NULL, NULL);
    struct obol_problems problems = {.arena = &arena};
    obol_node_at(node, "secret")->flags |= OBOL_NODE_SECRET;
    obol_node_at(node, "webhook_secret")->flags |= OBOL_NODE_SECRET;
    open = obol_account_open(&account, obol_provider_at(0), node, &problems);
    obol_arena_free(&arena);
    if (!open)
        abort();
    return &account;
}
