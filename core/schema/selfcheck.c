#include "schema/selfcheck.h"

#include "schema/selfcheck_fields.h"

#include <stdio.h>

static void blame(struct obol_problems *problems, const struct obol_operation *operation,
                  const char *expected)
{
    char where[OBOL_ERR_FIELD_MAX];
    snprintf(where, sizeof where, "%s%s%s", operation->name != NULL ? operation->name : "?",
             operation->variant != NULL ? "/" : "",
             operation->variant != NULL ? operation->variant : "");
    obol_problem_add(problems, OBOL_ERR_INVALID, where, "expected %s", expected);
}

static bool is_name(const char *name)
{
    const char *dot = name != NULL ? strchr(name, '.') : NULL;
    return dot != NULL && dot != name && dot[1] != '\0' && strchr(dot + 1, '.') == NULL &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz_.") == strlen(name);
}

static bool is_request_line(const char *line)
{
    return line != NULL && (strncmp(line, "GET /", 5) == 0 || strncmp(line, "POST /", 6) == 0 ||
                            strncmp(line, "PUT /", 5) == 0 || strncmp(line, "DELETE /", 8) == 0);
}

/* Every `{name}` has a row in the path, and every row in the path its `{name}`. */
static void check_path(const struct obol_operation *operation, struct obol_problems *problems)
{
    size_t holes = 0, rows = 0;
    for (const char *at = operation->request_line; (at = strchr(at, '{')) != NULL; at++) {
        struct obol_slice name = obol_slice(at + 1, strcspn(at + 1, "}"));
        bool found = false;
        for (const struct obol_field *row = operation->request; row->name != NULL; row++)
            found |= row->place == OBOL_IN_PATH && obol_slice_is(name, row->name);
        if (!found)
            blame(problems, operation, "a row for every name in the request line");
        holes++;
    }
    for (const struct obol_field *row = operation->request; row->name != NULL; row++)
        rows += row->place == OBOL_IN_PATH;
    if (rows != holes)
        blame(problems, operation, "a place in the request line for every row of the path");
}

static void check_outcomes(const struct obol_outcome_row *rows, const char *where,
                           struct obol_problems *problems)
{
    for (; rows != NULL && rows->at != NULL; rows++) {
        bool success = rows->outcome == OBOL_SUCCEEDED || rows->outcome == OBOL_ACCEPTED;
        if (rows->outcome == OBOL_OUTCOME_NONE || rows->doc == NULL)
            obol_problem_add(problems, OBOL_ERR_INVALID, where,
                             "expected an outcome and a doc for every code");
        else if (success == (rows->kind != OBOL_ERR_NONE))
            obol_problem_add(problems, OBOL_ERR_INVALID, where,
                             "expected a kind of error for every code that is no success");
    }
}

static void check_declarations(const struct obol_provider *provider,
                               const struct obol_operation *operation,
                               struct obol_problems *problems)
{
    if (operation->effect == OBOL_EFFECT_UNSAID)
        blame(problems, operation, "an effect: money, offer or none");
    if (operation->found_by == OBOL_FOUND_UNSAID)
        blame(problems, operation, "found_by: our_ref, provider_id, customer or nothing");
    if (operation->repeat_safe == OBOL_UNSAID)
        blame(problems, operation, "repeat_safe: yes or no");
    if (operation->source == NULL || operation->doc == NULL)
        blame(problems, operation, "a doc and the source of its facts");
    bool findable = operation->found_by == OBOL_BY_OUR_REF ||
                    operation->found_by == OBOL_BY_PROVIDER_ID ||
                    operation->found_by == OBOL_BY_CUSTOMER;
    if (findable && (operation->found_with == NULL ||
                     obol_operation_first(provider, operation->found_with) == NULL))
        blame(problems, operation, "found_with: an operation that asks by what found_by says");
    if (operation->proof_with != NULL &&
        obol_operation_first(provider, operation->proof_with) == NULL)
        blame(problems, operation, "proof_with: an operation of this provider");
    if (operation->variant != NULL && operation->when == NULL)
        blame(problems, operation, "when: the word that chooses the variant");
    if (operation->outcomes == NULL)
        blame(problems, operation, "an outcome for what it can be answered");
}

static void check_operation(const struct obol_provider *provider,
                            const struct obol_operation *operation, struct obol_problems *problems)
{
    if (!is_name(operation->name))
        blame(problems, operation, "a name such as noun.verb");
    check_declarations(provider, operation, problems);
    if (operation->request == NULL || operation->reply == NULL ||
        !is_request_line(operation->request_line)) {
        blame(problems, operation, "a request line, request rows and reply rows");
        return;
    }
    check_path(operation, problems);
    check_outcomes(operation->outcomes, operation->name, problems);
    check_outcomes(operation->item_outcomes != NULL ? operation->item_outcomes : NULL,
                   operation->name, problems);
    obol_selfcheck_fields(operation->request, true, operation->name, problems);
    obol_selfcheck_fields(operation->reply, false, operation->name, problems);
}

static void check_notifications(const struct obol_provider *provider,
                                struct obol_problems *problems)
{
    const struct obol_notification *row = provider->notifications;
    if ((row == NULL) != (provider->open == NULL))
        obol_problem_add(problems, OBOL_ERR_INVALID, "notifications",
                         "expected rows and a function that opens them, or neither");
    for (; row != NULL && row->type != NULL; row++) {
        if (row->fields == NULL || row->doc == NULL || row->source == NULL)
            obol_problem_add(problems, OBOL_ERR_INVALID, row->type,
                             "expected rows, a doc and the source of its facts");
        else
            obol_selfcheck_fields(row->fields, false, row->type, problems);
        check_outcomes(row->outcomes, row->type, problems);
    }
}

void obol_selfcheck(const struct obol_provider *provider, struct obol_problems *problems)
{
    if (provider->name == NULL || provider->title == NULL || provider->doc == NULL ||
        provider->source == NULL || provider->config == NULL || provider->operations == NULL ||
        provider->code_at == NULL) {
        obol_problem_add(problems, OBOL_ERR_INVALID, "provider",
                         "expected name, title, doc, source, config, operations and code_at");
        return;
    }
    obol_selfcheck_fields(provider->config, true, "config", problems);
    check_outcomes(provider->outcomes, "outcomes", problems);
    check_notifications(provider, problems);
    for (const struct obol_operation *const *each = provider->operations; *each != NULL; each++)
        check_operation(provider, *each, problems);
}
