#pragma once

#include "provider/registry.h"
#include "schema/provider.h"

/*
 * One configured use of a provider. Everything here is pure: the clock, the nonce and the key are
 * given, and bytes go in and come out.
 */
struct obol_account {
    struct obol_arena arena; /* holds the configuration, its secrets with it */
    const struct obol_provider *provider;
    struct obol_record config;
    struct obol_slice base_url; /* without a slash at its end */
    struct obol_slice pool;     /* its connections are its own */
    struct obol_lookups *lookups;
    bool wants_session; /* calls need the token of a session that the client has to open */
};

enum { OBOL_CEILING_ACCOUNT = 4 * 1024 * 1024 };

/* Copies `config`; what is wrong with it goes to the problems. Close it whatever comes back. */
bool obol_account_open(struct obol_account *account, const struct obol_provider *provider,
                       const struct obol_node *config,
                       struct obol_problems *problems) OBOL_MUST_USE;
void obol_account_close(struct obol_account *account);

/* What the walkers need to know of the account when they read a reply into `arena`. */
struct obol_reading obol_account_reading(const struct obol_account *account,
                                         struct obol_arena *arena);

/* The variant of an operation that fits `params` (normalized); err says why there is none. */
const struct obol_operation *obol_account_choose(const struct obol_account *account,
                                                 const char *operation,
                                                 const struct obol_node *params,
                                                 struct obol_err *err);
bool obol_account_supports(const struct obol_account *account, const char *operation);
