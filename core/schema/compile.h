#pragma once

#include "schema/problems.h"
#include "schema/provider.h"

/*
 * A provider that comes as a tree of values, as one written in Lua does, compiled into the rows
 * that the walkers run on. What C providers write as tables in their files stands here under the
 * same names. A row without a name of its member is a list whose places have names; an absent doc,
 * sample, place or declaration gets its default (see compile_*.c).
 */

/* The hooks of such a provider are no part of the tree: OBOL_NODE_NULL marks where one stands. */
struct obol_compiled {
    struct obol_provider provider;
    const struct obol_field
        *event;              /* rows of a notification's tree; null: it is the event itself */
    const char *sign_header; /* the header that takes the signature, in lower case */
    bool signs;              /* `sign` is a function */
    bool signs_input;        /* `sign` has `input` and `make` */
    bool opens;
};

enum { OBOL_CEILING_COMPILED = 8 * 1024 * 1024 };

/* All that is made, texts with it, lives in `arena`. False when there are problems, each with its
 * place, as in "operations.payment.create.request[2].type", and what was expected there. The
 * self-check comes after this. */
bool obol_compile(struct obol_arena *arena, const struct obol_node *definition,
                  struct obol_compiled *compiled, struct obol_problems *problems) OBOL_MUST_USE;
