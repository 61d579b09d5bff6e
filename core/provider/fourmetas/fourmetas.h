#pragma once

#include "schema/provider.h"

/* 4metas, game recharge. "Sheet 7.3" and its like name a section of the protocol sheet that these
 * tables and, apart from them, the sandbox were written from. */
extern const struct obol_provider obol_fourmetas;

/* Its parts, by file. */
extern const struct obol_field obol_fourmetas_config[];
extern const struct obol_notification obol_fourmetas_notifications[];
extern const struct obol_operation obol_fourmetas_payment_create;
extern const struct obol_operation obol_fourmetas_payment_query;

obol_prepare obol_fourmetas_prepare;
obol_release obol_fourmetas_release;
obol_sign obol_fourmetas_sign;
obol_open obol_fourmetas_open;

/* The wire's `extra`, `<key>|<order_id>|<echo>`, and its parts read back. */
obol_make obol_fourmetas_make_extra;
obol_read obol_fourmetas_read_key;
obol_read obol_fourmetas_read_order_id;
obol_read obol_fourmetas_read_echo;
obol_read obol_fourmetas_read_extra;

/* A new order's id, and the page that leads there. */
obol_read obol_fourmetas_read_id;
obol_read obol_fourmetas_read_page;

/* The keys that a configuration names, opened once. */
struct obol_key;
struct obol_fourmetas_keys {
    size_t count;
    struct obol_key *keys[8];
};
