#include "schema/problems.h"

#include <stdarg.h>
#include <stdio.h>

void obol_problem_add(struct obol_problems *problems, enum obol_kind kind, const char *field,
                      const char *format, ...)
{
    problems->count++;
    if (problems->count > OBOL_PROBLEMS_MAX)
        return;
    char text[OBOL_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct obol_problem *problem = obol_arena_alloc(problems->arena, sizeof *problem);
    if (problem == NULL)
        return;
    problem->kind = kind;
    problem->field = obol_arena_copy(problems->arena, obol_slice_text(field));
    problem->message = obol_arena_copy(problems->arena, obol_slice_text(text));
    if (problem->field.data == NULL || problem->message.data == NULL)
        return; /* counted all the same */
    if (problems->last != NULL)
        problems->last->next = problem;
    else
        problems->first = problem;
    problems->last = problem;
}

bool obol_problem_at(const struct obol_problems *problems, const char *field)
{
    for (const struct obol_problem *each = problems->first; each != NULL; each = each->next)
        if (obol_slice_is(each->field, field))
            return true;
    return false;
}

bool obol_problems_none(const struct obol_problems *problems, struct obol_err *err)
{
    if (problems->count == 0)
        return true;
    const struct obol_problem *worst = problems->first;
    for (const struct obol_problem *each = worst; each != NULL; each = each->next) {
        if (each->kind != OBOL_ERR_UNSUPPORTED) {
            worst = each;
            break;
        }
    }
    if (worst == NULL)
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
    return obol_fail(err, worst->kind, worst->field.data, "%s", worst->message.data);
}
