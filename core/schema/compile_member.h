#pragma once

#include "schema/compile.h"

/* What the parts of the compiler share: a struct's members as a table, and its walker. */

enum obol_row_use { OBOL_ROWS_CONFIG, OBOL_ROWS_REQUEST, OBOL_ROWS_REPLY };

struct obol_compiling {
    struct obol_arena *arena;
    struct obol_problems *problems;
    struct obol_compiled *compiled;
    enum obol_row_use use;
    const char *request_line; /* of the operation whose rows are read */
    char path[OBOL_ERR_FIELD_MAX];
};

struct obol_named {
    const char *name;
    int value;
};

/* One member: a new one is one line in the table of its struct. */
struct obol_member {
    const char *name; /* in the definition */
    /* Puts the value where `target` points; what is wrong goes to the problems. */
    void (*set)(struct obol_compiling *, const struct obol_member *, const struct obol_node *value,
                void *target);
    size_t offset;
    bool required;
    unsigned bit;                   /* of obol_compile_flag */
    const struct obol_named *words; /* of obol_compile_word */
    int64_t min, max;               /* of obol_compile_integer and _int */
};
#define OBOL_MEMBER(type, member) .name = #member, .offset = offsetof(struct type, member)

/* Fills the struct at `target` from a table by the members, which end with one without a name;
 * `places` names what stands in it without a name, and may be null. */
void obol_compile_members(struct obol_compiling *compiling, const struct obol_member *members,
                          const char *const *places, const struct obol_node *table, void *target);

/* Adds a problem at the value being looked at. */
void obol_compile_expected(struct obol_compiling *compiling, const char *format, ...)
    OBOL_PRINTF(2, 3);
/* The same at a member of it. */
void obol_compile_expected_at(struct obol_compiling *compiling, const char *member,
                              const char *format, ...) OBOL_PRINTF(3, 4);
/* The same for a name that nobody knows, with the nearest of `known` names. */
void obol_compile_unknown(struct obol_compiling *compiling, struct obol_slice name,
                          const char *const *known);

/* The path of a part; the answer goes to obol_compile_leave. */
size_t obol_compile_enter(struct obol_compiling *compiling, struct obol_slice name);
size_t obol_compile_enter_item(struct obol_compiling *compiling, uint32_t index);
void obol_compile_leave(struct obol_compiling *compiling, size_t length);

/* Zeroed memory; null, with a problem, when the definition is too large. */
void *obol_compile_alloc(struct obol_compiling *compiling, size_t count, size_t size);
/* A value as a text of its own; null, with a problem, for what is none. */
const char *obol_compile_copy(struct obol_compiling *compiling, const struct obol_node *value);
/* The same of a number, a boolean or a text. */
const char *obol_compile_copy_plain(struct obol_compiling *compiling,
                                    const struct obol_node *value);
const char *obol_compile_format(struct obol_compiling *compiling, const char *format, ...)
    OBOL_PRINTF(2, 3);

/* What a row's members say together is checked, and what is left out gets its default. */
void obol_compile_finish_row(struct obol_compiling *compiling, struct obol_field *row);
/* The same for what rows of one table say of each other. */
void obol_compile_check_needs(struct obol_compiling *compiling, const struct obol_field *rows);

/* Whether it is a path such as "customer.id" or "items[1].price" in snake_case. */
bool obol_compile_is_name(const char *name);
/* Whether the configuration has a row of that name. */
bool obol_compile_is_configured(const struct obol_compiling *compiling, const char *word);
/* The place in a table that the name of a member such as "2" stands for; 0: none. */
uint32_t obol_compile_place(struct obol_slice name);

/* Setters: const char *, the same from any plain value, int64_t, int (also int32_t), bool, unsigned
 * with the member's bit, an enumeration, enum obol_answer, a mark of a function (bool), null-ended
 * list of texts. */
typedef void obol_setter(struct obol_compiling *, const struct obol_member *,
                         const struct obol_node *, void *);
obol_setter obol_compile_text, obol_compile_plain, obol_compile_integer, obol_compile_int,
    obol_compile_boolean, obol_compile_flag, obol_compile_word, obol_compile_answer,
    obol_compile_function, obol_compile_texts;
/* const struct obol_field *: rows for use in the compiling; const struct obol_outcome_row *. */
obol_setter obol_compile_fields, obol_compile_outcomes;
/* The same with paths that are none in a reply: of an item, of a notification. */
obol_setter obol_compile_item_outcomes;
/* const struct obol_operation *const *, const struct obol_notification *, const struct
 * obol_acknowledgement *. */
obol_setter obol_compile_operations, obol_compile_notifications, obol_compile_acknowledgements;
