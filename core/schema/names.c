#include "schema/operation.h"

/* The names of the schema's enumerations, as callers and the documentation read them. */

size_t obol_field_count(const struct obol_field *fields)
{
    size_t count = 0;
    while (fields != NULL && fields[count].name != NULL)
        count++;
    return count;
}

const char *obol_type_name(enum obol_type type)
{
    static const char *const names[OBOL_TYPE_COUNT] = {
        [OBOL_TEXT] = "text",         [OBOL_INTEGER] = "integer",   [OBOL_MONEY] = "money",
        [OBOL_CURRENCY] = "currency", [OBOL_BOOLEAN] = "boolean",   [OBOL_URL] = "url",
        [OBOL_TIME] = "time",         [OBOL_INTERVAL] = "interval", [OBOL_DURATION] = "duration",
        [OBOL_SECRET] = "secret",     [OBOL_LIST] = "list",         [OBOL_ANY] = "any",
    };
    return names[type];
}

static const char *const outcome_names[OBOL_OUTCOME_COUNT] = {
#define X(symbol, name) [OBOL_##symbol] = name,
    OBOL_OUTCOMES(X)
#undef X
};

const char *obol_outcome_name(enum obol_outcome outcome)
{
    return outcome_names[outcome];
}

const char *obol_effect_name(enum obol_effect effect)
{
    static const char *const names[] = {
        [OBOL_EFFECT_UNSAID] = "unsaid",
        [OBOL_MONEY_MOVES] = "money",
        [OBOL_OFFER] = "offer",
        [OBOL_NO_EFFECT] = "none",
    };
    return names[effect];
}

const char *obol_found_by_name(enum obol_found_by found_by)
{
    static const char *const names[] = {
        [OBOL_FOUND_UNSAID] = "unsaid",        [OBOL_BY_OUR_REF] = "our_ref",
        [OBOL_BY_PROVIDER_ID] = "provider_id", [OBOL_BY_CUSTOMER] = "customer",
        [OBOL_BY_NOTHING] = "nothing",
    };
    return names[found_by];
}
