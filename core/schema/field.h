#pragma once

#include "base/err.h"
#include "base/node.h"
#include "money/currency.h"

/*
 * One row a field. The row is the parser: it drives checking, encoding, decoding, redaction,
 * documentation and the command line's help, so that none of them can drift from another.
 */

enum obol_type {
    OBOL_TEXT,
    OBOL_INTEGER,
    OBOL_MONEY,
    OBOL_CURRENCY,
    OBOL_BOOLEAN,
    OBOL_URL,
    OBOL_TIME,     /* an integer; the name's ending says milliseconds (_ms) or seconds (_s); a reply
                    * may write it as ISO 8601 too, by the provider's clock where no zone is given */
    OBOL_INTERVAL, /* an ISO 8601 duration of one unit: P<n>D, P<n>W, P<n>M, P<n>Y */
    OBOL_DURATION, /* configuration only: "90s", "30m", "2h", "1d"; kept in milliseconds */
    OBOL_SECRET,   /* bytes of an obol.secret, or a list of them, the newest first */
    OBOL_LIST,     /* of maps with the rows of `sub` */
    OBOL_ANY,      /* whatever it is, unchanged */
    OBOL_TYPE_COUNT
};

/* How the wire writes a value; the plain form of each type is 0. */
enum obol_as {
    OBOL_AS_PLAIN = 0,
    OBOL_AS_TEXT,      /* an integer, a time or a boolean in quotes; a text that may be a number */
    OBOL_MAJOR_NUMBER, /* money, the shortest decimal: 8.88, 8.8, 8 */
    OBOL_MAJOR_TEXT,   /* money: "8.88" */
    OBOL_TWO_PLACES,   /* money: "8.88", "888.00" (yen), "1.234" */
    OBOL_MINOR_NUMBER, /* money: 888 */
    OBOL_MINOR_TEXT,   /* money: "888" */
    OBOL_MILLI_TEXT,   /* money: "8880", thousandths of the major unit */
    OBOL_LOWER,        /* a currency: "usd" */
    OBOL_ONE_IN_LIST,  /* a text: ["x"] */
    OBOL_AS_BIT,       /* a boolean: 0 or 1 */
    OBOL_SECONDS,      /* a time in milliseconds (_ms): whole seconds where it is a number */
    OBOL_TWO_DIGITS,   /* an integer: "02"; of a year its last two */
    OBOL_KEYED,        /* a list: a map whose keys go to the member `key` */
};

enum obol_place {
    OBOL_IN_BODY = 0,
    OBOL_IN_PATH, /* `{name}` in the request line */
    OBOL_IN_QUERY,
    OBOL_IN_HEADER,
    OBOL_NOWHERE, /* checked, read by a `make` of another row, never sent by itself */
};

enum {
    OBOL_REQUIRED = 1 << 0,
    OBOL_PERSONAL = 1 << 1,     /* shortened by redaction */
    OBOL_BYTES = 1 << 2,        /* `max` counts bytes, not characters */
    OBOL_ANY_SCHEME = 1 << 3,   /* a URL of an app is fine too */
    OBOL_ZERO_IS_NONE = 1 << 4, /* a time: 0, or less, stands for none */
    OBOL_MUST_FIT = 1 << 5,     /* a uniform word that changes what is charged or delivered */
    OBOL_HIDDEN = 1 << 6,       /* a reply's text that redaction hides: a client secret */
    OBOL_KEPT = 1 << 7,         /* a reply's value that says more than its word: also in `extra` */
    OBOL_DIGITS = 1 << 8,       /* a text or secret of digits; a text may be given as an integer */
    OBOL_SHOWN = 1 << 9,        /* a reply's value that people read: of another form it is left */
    OBOL_LUHN = 1 << 11,     /* a secret of digits whose last checks the others: a warning if not */
    OBOL_ZERO_TOO = 1 << 10, /* money: 0 is an amount too, as of what comes for free */
};

/* One word of an enumeration: the caller's and the wire's. A table ends with a null word. */
struct obol_word {
    const char *word;
    const char *wire; /* null: the same */
};

struct obol_record;
struct obol_reading;

/* Computes a request's value from the others; leaves the slot absent when there is none. */
typedef bool obol_make(const struct obol_record *record, size_t slot, struct obol_err *err);
/* Computes a result's value from the object that holds it; null when there is none. */
typedef struct obol_node *obol_read(const struct obol_reading *reading,
                                    const struct obol_node *object);

struct obol_field {
    const char *name; /* the caller's word, a path: "customer.id", "items[1].product_id" */
    const char *wire; /* the provider's, a path, or a header's name; null: nothing is written. A row
                       * of the configuration with a header's name goes out with every request */
    enum obol_type type;
    enum obol_as as;
    enum obol_place place;
    unsigned flags;
    /* of a number's value, of a text's or a secret's length, or (max) of how many digits of an
     * amount stand before the point; max 0: no limit but the type's */
    int64_t min, max;
    const struct obol_word *oneof;
    const struct obol_field *sub;
    const char *key;       /* OBOL_KEYED: the member that takes the key */
    const char *preset;    /* used when absent; in a reply without `wire`, the constant value; of a
                            * URL with the texts of rows before it: "https://{client_id}.example" */
    const char *same_as;   /* a reply's value that has to be that word of the configuration */
    const char *needed_by; /* required where the boolean row of that name is true, or where a row
                            * within that name is given */
    const char *const *needed_is; /* ends with null: or where that row has one of these words */
    obol_make *make;
    obol_read *read;
    const char *sample; /* a harmless valid value */
    const char *doc;
    const char *configurable; /* not documented by the provider: the configuration word */
};

/* A table ends with a row without a name. */
size_t obol_field_count(const struct obol_field *fields);
const char *obol_type_name(enum obol_type type);
