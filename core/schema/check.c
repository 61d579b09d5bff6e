#include "schema/check.h"

#include "schema/path.h"

void obol_check_enter(struct obol_checking *checking, size_t length, const char *name,
                      uint32_t index)
{
    if (name != NULL)
        (void)obol_path_append(checking->path, length, obol_slice_text(name));
    else
        (void)obol_path_append_index(checking->path, length, index);
}

static const char *required_text(const struct obol_field *field)
{
    return field->type == OBOL_LIST ? "at least one entry" : "a value";
}

/* One row: its value goes through the type's check into the slot. */
static void check_field(struct obol_checking *checking, const struct obol_field *field,
                        struct obol_slot *slot, const struct obol_node *value)
{
    if (value != NULL && value->type == OBOL_NODE_NULL)
        value = NULL;
    struct obol_node preset = {.type = OBOL_NODE_TEXT, .text = obol_slice_text(field->preset)};
    if (field->type == OBOL_BOOLEAN) {
        preset.type = OBOL_NODE_BOOLEAN;
        preset.boolean = obol_slice_is(preset.text, "true");
    }
    if (value == NULL && field->preset != NULL)
        value = &preset;
    if (value != NULL)
        obol_type_ops(field->type)->check(checking, field, value, slot);
    else if ((field->flags & OBOL_REQUIRED) != 0)
        obol_expected(checking, "%s", required_text(field));
}

/* The call's own currency, for the rows of a list's entries. */
static bool take_currency(const struct obol_checking *checking, const struct obol_field *field,
                          struct obol_slot *slot)
{
    if (strcmp(field->name, "call.currency") != 0)
        return false;
    slot->currency = checking->currency;
    slot->set = checking->currency != NULL;
    return true;
}

void obol_check_fields(struct obol_checking *checking, struct obol_record *record,
                       const struct obol_node *map)
{
    size_t length = strlen(checking->path);
    for (size_t i = 0; i < record->count; i++) {
        const struct obol_field *field = &record->fields[i];
        if (take_currency(checking, field, &record->slots[i]))
            continue;
        obol_check_enter(checking, length, field->name, 0);
        check_field(checking, field, &record->slots[i], obol_path_find(map, field->name));
        checking->path[length] = '\0';
    }
}

/* The call's currency: the caller's word, or that of the amount when it is money itself. */
static const struct obol_currency *currency_of(const struct obol_node *params)
{
    const struct obol_node *named = obol_path_find(params, "currency");
    if (named != NULL && named->type == OBOL_NODE_TEXT) {
        const struct obol_currency *currency = obol_currency_find(named->text);
        return currency != NULL && currency->exponent >= 0 ? currency : NULL;
    }
    const struct obol_node *amount = obol_path_find(params, "amount");
    return amount != NULL && amount->type == OBOL_NODE_MONEY ? obol_currency_find(amount->text)
                                                             : NULL;
}

static const char *after(const char *name, const char *prefix)
{
    for (; *prefix != '\0'; name++, prefix++)
        if (*name != *prefix)
            return NULL;
    return name;
}

/* A row that reads the account or the call; those were checked before they came here. */
static bool take_from_sources(const struct obol_field *field, struct obol_slot *slot,
                              const struct obol_sources *sources)
{
    const char *rest = after(field->name, "account.");
    if (rest != NULL) {
        const struct obol_slot *found = obol_record_get(sources->account, rest);
        if (found != NULL)
            *slot = *found;
        return true;
    }
    rest = after(field->name, "call.");
    if (rest == NULL)
        return false;
    const struct obol_node *found = obol_path_find(sources->call, rest);
    if (found != NULL) {
        slot->text = found->text;
        slot->set = true;
    }
    return true;
}

static void run_makes(struct obol_record *record, struct obol_problems *problems)
{
    for (size_t i = 0; i < record->count; i++) {
        if (record->fields[i].make == NULL)
            continue;
        struct obol_err err = {0};
        if (!record->fields[i].make(record, i, &err))
            obol_problem_add(problems, err.kind, err.field, "%s", err.message);
    }
}

/* A row that is required where another says so, such as a browser's words for 3DS. */
static void check_needs(const struct obol_record *record, struct obol_problems *problems)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct obol_field *field = &record->fields[i];
        if (field->needed_by == NULL || record->slots[i].set)
            continue;
        const struct obol_slot *needing = obol_record_get(record, field->needed_by);
        if (needing != NULL && needing->boolean)
            obol_problem_add(problems, OBOL_ERR_INVALID, field->name,
                             "expected a value, because %s is true", field->needed_by);
    }
}

bool obol_check(struct obol_record *record, struct obol_node *params,
                const struct obol_sources *sources, struct obol_problems *problems)
{
    struct obol_checking checking = {.arena = problems->arena,
                                     .problems = problems,
                                     .currency = currency_of(params),
                                     .exponents = sources->exponents};
    record->account = sources->account;
    for (size_t i = 0; i < record->count; i++) {
        const struct obol_field *field = &record->fields[i];
        if (field->make != NULL || take_from_sources(field, &record->slots[i], sources))
            continue;
        obol_check_enter(&checking, 0, field->name, 0);
        struct obol_node *value = obol_path_find(params, field->name);
        if (value != NULL)
            value->flags |= OBOL_NODE_CLAIMED;
        if (field->type == OBOL_CURRENCY && value == NULL && checking.currency != NULL) {
            record->slots[i].currency = checking.currency;
            record->slots[i].set = true;
            continue;
        }
        check_field(&checking, field, &record->slots[i], value);
    }
    check_needs(record, problems);
    obol_check_leftovers(problems, record->fields, params, sources);
    if (problems->count == 0)
        run_makes(record, problems);
    return problems->count == 0;
}

bool obol_check_config(struct obol_record *record, struct obol_node *config,
                       struct obol_problems *problems)
{
    struct obol_checking checking = {.arena = problems->arena, .problems = problems};
    obol_check_fields(&checking, record, config);
    obol_check_leftovers(problems, record->fields, config, NULL);
    return problems->count == 0;
}

bool obol_params_normalize(struct obol_arena *arena, struct obol_node *params)
{
    for (struct obol_node *child = params->first; child != NULL; child = child->next) {
        bool item = obol_slice_is(child->name, "item") && obol_path_find(params, "items") == NULL;
        bool customer = obol_slice_is(child->name, "customer") && child->type == OBOL_NODE_TEXT;
        if (!item && !customer)
            continue;
        /* the node stays in its place and becomes the holder of a copy of itself */
        struct obol_node *inner = obol_node_new(arena, child->type);
        if (inner == NULL)
            return false;
        struct obol_node *next = child->next;
        *inner = *child;
        inner->next = NULL;
        inner->name = customer ? obol_slice_text("id") : obol_slice(NULL, 0);
        *child = (struct obol_node){
            .type = customer ? OBOL_NODE_MAP : OBOL_NODE_LIST,
            .name = obol_slice_text(customer ? "customer" : "items"),
            .next = next,
        };
        if (!obol_node_append(child, inner))
            return false;
    }
    return true;
}
