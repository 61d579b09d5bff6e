#include "provider/mincloud/mincloud.h"

#include "base/text.h"

/* Nothing is signed: a token says who asks (sheet 2). Who logs in has none yet. */

/* Of two ways to say who asks one would be passed over. */
bool obol_mincloud_prepare(const struct obol_record *config, void **state,
                           struct obol_problems *problems)
{
    static const char *const ways[] = {"token", "login.username", "login.email", "login.phone"};
    (void)state;
    const struct obol_slot *anonymous = obol_record_get(config, "anonymous");
    size_t count = anonymous != NULL && anonymous->boolean;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        count += obol_record_get(config, ways[i]) != NULL;
    if (count > 1)
        obol_problem_add(problems, OBOL_ERR_INVALID, "token",
                         "expected one of a token, a login by one name, and anonymous");
    return count <= 1;
}

static bool logs_in(struct obol_slice target)
{
    return obol_slice_starts(target, "/hserve/v2.0/login/") ||
           obol_slice_starts(target, "/hserve/v2.1/login/");
}

/* Without printf, which is slow and leaves what it writes on the stack. */
static struct obol_slice with_scheme(struct obol_arena *arena, struct obol_slice token)
{
    static const char scheme[] = "Hydrogen-r1 ";
    const size_t size = sizeof scheme - 1;
    char *value = obol_arena_alloc(arena, size + token.size + 1);
    if (value == NULL)
        return obol_slice(NULL, 0);
    memcpy(value, scheme, size);
    memcpy(value + size, token.data, token.size);
    return obol_slice(value, size + token.size);
}

bool obol_mincloud_sign(struct obol_draft *draft, const struct obol_record *account,
                        struct obol_err *err)
{
    struct obol_slice token = draft->token;
    const struct obol_slot *kept = obol_record_get(account, "token");
    if (token.size == 0 && kept != NULL)
        token = kept->secrets[0];
    if (!obol_draft_header(draft, "accept", obol_slice_text("application/json, text/plain, */*")))
        return obol_fail(err, OBOL_ERR_INTERNAL, NULL, "too many headers");
    if (token.size == 0 || logs_in(draft->target))
        return true;
    struct obol_slice value = {0};
    if (obol_text_fits_header(token))
        value = with_scheme(draft->arena, token);
    return (value.data != NULL && obol_draft_header(draft, "authorization", value)) ||
           obol_fail(err, OBOL_ERR_INVALID, "token", "expected text that can stand in a header");
}
