#pragma once

#include "base/buf.h"
#include "schema/lookup.h"
#include "schema/problems.h"
#include "schema/record.h"

/* The behaviour of each type, in one table: a new type is one row here and its three functions. */

struct obol_exponent;

struct obol_checking {
    struct obol_arena *arena;
    struct obol_problems *problems;
    const struct obol_currency *currency; /* of the call, null when none was given */
    const struct obol_exponent *exponents;
    /* The value being looked at: `length` bytes of the path, and the row's name behind them. */
    const char *name; /* null once it is in the path */
    size_t length;
    char path[OBOL_ERR_FIELD_MAX];
};

struct obol_reading {
    struct obol_arena *arena;
    const struct obol_currency *currency; /* of the object being read, null when it names none */
    const struct obol_node *code;         /* where it names it */
    const struct obol_exponent *exponents;
    const struct obol_record *account;
    struct obol_lookups *lookups;
    bool foreign;     /* the object names a currency that nobody here knows */
    int zone_minutes; /* east of UTC, of times without a zone */
    bool lenient;     /* an answer that says no: what can be read of it, without its lists */
};

/* What a provider's value came to. */
struct obol_read_value {
    struct obol_node *node; /* null: none, such as an empty text or a time of 0 */
    bool left;              /* the row knows no word for it: it stays in `extra` as it came */
};

/* A provider's own count of decimal places for a currency; a table ends with a null code. */
struct obol_exponent {
    const char *code;
    int places;
};

struct obol_type_ops {
    /* A caller's value into a slot; what is wrong goes to the problems. */
    void (*check)(struct obol_checking *checking, const struct obol_field *field,
                  const struct obol_node *value, struct obol_slot *slot);
    /* A slot as JSON. */
    void (*write)(struct obol_buf *out, const struct obol_field *field,
                  const struct obol_slot *slot, const struct obol_exponent *exponents);
    /* A provider's value as a result; false when it is not what the row says. */
    bool (*read)(const struct obol_reading *reading, const struct obol_field *field,
                 const struct obol_node *value, struct obol_read_value *result);
};

const struct obol_type_ops *obol_type_ops(enum obol_type type);

/* The parts of the table, by file. */
void obol_check_text(struct obol_checking *, const struct obol_field *, const struct obol_node *,
                     struct obol_slot *);
void obol_check_url(struct obol_checking *, const struct obol_field *, const struct obol_node *,
                    struct obol_slot *);
void obol_check_integer(struct obol_checking *, const struct obol_field *, const struct obol_node *,
                        struct obol_slot *);
void obol_check_boolean(struct obol_checking *, const struct obol_field *, const struct obol_node *,
                        struct obol_slot *);
void obol_check_money(struct obol_checking *, const struct obol_field *, const struct obol_node *,
                      struct obol_slot *);
void obol_check_currency(struct obol_checking *, const struct obol_field *,
                         const struct obol_node *, struct obol_slot *);
void obol_check_interval(struct obol_checking *, const struct obol_field *,
                         const struct obol_node *, struct obol_slot *);
void obol_check_duration(struct obol_checking *, const struct obol_field *,
                         const struct obol_node *, struct obol_slot *);
void obol_check_secret(struct obol_checking *, const struct obol_field *, const struct obol_node *,
                       struct obol_slot *);
void obol_check_list(struct obol_checking *, const struct obol_field *, const struct obol_node *,
                     struct obol_slot *);
void obol_check_any(struct obol_checking *, const struct obol_field *, const struct obol_node *,
                    struct obol_slot *);

/* The path of the value being looked at; few are asked for, so it is made then. */
const char *obol_checking_path(struct obol_checking *checking);

/* Adds a problem at the value being looked at, unless it has one. */
void obol_expected(struct obol_checking *checking, const char *format, ...) OBOL_PRINTF(2, 3);

/* How many decimal places a provider writes a currency with. */
int obol_places(const struct obol_currency *currency, const struct obol_exponent *exponents);

/* Minor units by ISO 4217 to a provider's own and back; false when that is not exact. */
bool obol_rescale(int64_t value, int from_places, int to_places, int64_t *result) OBOL_MUST_USE;

/* "P1M" and its like. */
bool obol_interval_valid(struct obol_slice text) OBOL_MUST_USE;
