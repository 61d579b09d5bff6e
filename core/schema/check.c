#include "schema/check.h"

#include "base/text.h"
#include "schema/path.h"

static void enter(struct obol_checking *checking, const char *name)
{
    checking->path[checking->length] = '\0';
    checking->name = name;
}

/* Rows stand in groups ("billing.city", "billing.zip"): the table that holds a group is looked up
 * once. */
struct group {
    const char *name; /* of a row of it */
    size_t size;      /* of the path to the table, with the dot behind it; 0: none yet */
    const struct obol_node *table;
};

static struct obol_node *find_value(struct group *group, const struct obol_node *map,
                                    const char *name)
{
    const char *dot = strrchr(name, '.');
    if (dot == NULL)
        return obol_node_get(map, obol_slice_text(name));
    size_t size = (size_t)(dot + 1 - name);
    if (!obol_slice_equal(obol_slice(group->name, group->size), obol_slice(name, size)))
        *group = (struct group){.name = name, .size = size, .table = obol_path_holder(map, name)};
    return obol_node_get(group->table, obol_slice_text(dot + 1));
}

/* Marks what a row takes. */
static struct obol_node *claim(struct obol_node *value)
{
    if (value != NULL)
        value->flags |= OBOL_NODE_CLAIMED;
    return value;
}

/* Whether something is to be done for a row without a value. */
static bool minds_absence(const struct obol_field *field)
{
    return field->preset != NULL || (field->flags & OBOL_REQUIRED) != 0;
}

static const char *required_text(const struct obol_field *field)
{
    return field->type == OBOL_LIST ? "at least one entry" : "a value";
}

/* An address that is used when none is given may hold texts of rows before it, "{name}"; empty when
 * one of those is absent, which is reported as that row's own fault. */
static struct obol_slice address_of(const struct obol_checking *checking, const char *preset,
                                    const struct obol_record *record)
{
    struct obol_buf out;
    obol_buf_init(&out, OBOL_CEILING_SMALL);
    bool whole = true;
    while (*preset != '\0') {
        size_t size = strcspn(preset, "{");
        obol_buf_add(&out, obol_slice(preset, size));
        preset += size;
        if (*preset == '\0')
            break;
        size = strcspn(preset, "}");
        const struct obol_slot *slot = NULL;
        for (size_t i = 0; i < record->count; i++)
            if (obol_slice_is(obol_slice(preset + 1, size - 1), record->fields[i].name))
                slot = &record->slots[i];
        whole = whole && slot != NULL && slot->set;
        if (whole)
            obol_percent_encode(&out, slot->text);
        preset += size + (preset[size] != '\0');
    }
    struct obol_slice address = {0};
    if (whole && !out.failed)
        address = obol_arena_copy(checking->arena, obol_buf_slice(&out));
    obol_buf_free(&out);
    return address;
}

static struct obol_node preset_of(const struct obol_checking *checking,
                                  const struct obol_field *field, const struct obol_record *record)
{
    struct obol_node preset = {.type = OBOL_NODE_TEXT, .text = obol_slice_text(field->preset)};
    if (field->type == OBOL_BOOLEAN) {
        preset.type = OBOL_NODE_BOOLEAN;
        preset.boolean = obol_slice_is(preset.text, "true");
    } else if (field->type == OBOL_URL) {
        preset.text = address_of(checking, field->preset, record);
    }
    return preset;
}

/* One row: its value goes through the type's check into the slot. */
static void check_field(struct obol_checking *checking, const struct obol_record *record, size_t at,
                        const struct obol_node *value)
{
    const struct obol_field *field = &record->fields[at];
    struct obol_slot *slot = &record->slots[at];
    if (value != NULL && value->type == OBOL_NODE_NULL)
        value = NULL;
    struct obol_node preset;
    if (value == NULL && field->preset != NULL) {
        preset = preset_of(checking, field, record);
        value = &preset;
        if (field->type == OBOL_URL && preset.text.size == 0)
            return;
    }
    if (value != NULL)
        obol_type_ops(field->type)->check(checking, field, value, slot);
    else if ((field->flags & OBOL_REQUIRED) != 0)
        obol_expected(checking, "%s", required_text(field));
}

/* The call's own currency, for the rows of a list's entries. */
static bool take_currency(const struct obol_checking *checking, const struct obol_field *field,
                          struct obol_slot *slot)
{
    if (field->type != OBOL_CURRENCY || strcmp(field->name, "call.currency") != 0)
        return false;
    slot->currency = checking->currency;
    slot->set = checking->currency != NULL;
    return true;
}

void obol_check_fields(struct obol_checking *checking, struct obol_record *record,
                       const struct obol_node *map)
{
    struct group group = {0};
    for (size_t i = 0; i < record->count; i++) {
        const struct obol_field *field = &record->fields[i];
        if (take_currency(checking, field, &record->slots[i]))
            continue;
        const struct obol_node *value = claim(find_value(&group, map, field->name));
        if (value == NULL && !minds_absence(field))
            continue;
        enter(checking, field->name);
        check_field(checking, record, i, value);
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

/* A row that reads the account, which was checked before, or the call, which was not. */
static bool take_from_sources(struct obol_checking *checking, const struct obol_record *record,
                              size_t at, const struct obol_sources *sources)
{
    const struct obol_field *field = &record->fields[at];
    const char *rest = after(field->name, "account.");
    enter(checking, field->name);
    if (rest != NULL) {
        const struct obol_slot *found = obol_record_get(sources->account, rest);
        if (found != NULL)
            record->slots[at] = *found;
        else if ((field->flags & OBOL_REQUIRED) != 0)
            obol_expected(checking, "a value");
        return true;
    }
    rest = after(field->name, "call.");
    if (rest == NULL)
        return false;
    check_field(checking, record, at, obol_path_find(sources->call, rest));
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

/* What of a row makes another one needed: that it is true, or the word that it has; null: nothing.
 */
static const char *says(const struct obol_slot *slot, const char *const *words)
{
    if (words == NULL)
        return slot->boolean ? "true" : NULL;
    while (*words != NULL && !obol_slice_is(slot->text, *words))
        words++;
    return *words;
}

/* Why a row is needed: the row that it names says so, or one within that name (`login` has
 * `login.email`) is given. Null: it is not. */
static const char *asked_for(const struct obol_record *record, const struct obol_field *field)
{
    for (size_t i = 0; i < record->count; i++) {
        const char *rest = after(record->fields[i].name, field->needed_by);
        if (rest == NULL || !record->slots[i].set)
            continue;
        const char *why = *rest == '.'    ? "given"
                          : *rest == '\0' ? says(&record->slots[i], field->needed_is)
                                          : NULL;
        if (why != NULL)
            return why;
    }
    return NULL;
}

/* A row that is required where another says so, such as a browser's words for 3DS. */
static void check_needs(const struct obol_record *record, struct obol_problems *problems)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct obol_field *field = &record->fields[i];
        if (field->needed_by == NULL || record->slots[i].set ||
            obol_problem_at(problems, field->name))
            continue;
        const char *why = asked_for(record, field);
        if (why != NULL)
            obol_problem_add(problems, OBOL_ERR_INVALID, field->name,
                             "expected a value, because %s is %s", field->needed_by, why);
    }
}

bool obol_check(struct obol_record *record, struct obol_node *params,
                const struct obol_sources *sources, struct obol_problems *problems)
{
    struct obol_checking checking = {.arena = problems->arena,
                                     .problems = problems,
                                     .currency = currency_of(params),
                                     .exponents = sources->exponents};
    struct group group = {0};
    record->account = sources->account;
    for (size_t i = 0; i < record->count; i++) {
        const struct obol_field *field = &record->fields[i];
        if (field->make != NULL)
            continue;
        if (take_from_sources(&checking, record, i, sources))
            continue;
        const struct obol_node *value = claim(find_value(&group, params, field->name));
        if (field->type == OBOL_CURRENCY && value == NULL && checking.currency != NULL) {
            record->slots[i].currency = checking.currency;
            record->slots[i].set = true;
            continue;
        }
        if (value != NULL || minds_absence(field))
            check_field(&checking, record, i, value);
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
    check_needs(record, problems);
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
        obol_node_name(inner, obol_name(obol_slice_text(customer ? "id" : "")));
        *child =
            (struct obol_node){.type = customer ? OBOL_NODE_MAP : OBOL_NODE_LIST, .next = next};
        obol_node_name(child, obol_name(obol_slice_text(customer ? "customer" : "items")));
        params->names |= obol_name_bit(child->key);
        if (!obol_node_append(child, inner))
            return false;
    }
    return true;
}
