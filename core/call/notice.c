#include "call/notice.h"

enum { NOTICE_MAX = 1024 * 1024 };

bool obol_call_open(const struct obol_account *account, const struct obol_incoming *incoming,
                    struct obol_node *event, struct obol_err *err)
{
    if (account->provider->open == NULL)
        return obol_fail(err, OBOL_ERR_UNSUPPORTED, NULL, "%s sends no notifications",
                         account->provider->title);
    if (incoming->body.size > NOTICE_MAX)
        return obol_fail(err, OBOL_ERR_INVALID, "body", "expected at most 1 MiB");
    return account->provider->open(incoming, &account->config, event, err);
}

const struct obol_acknowledgement *obol_call_acknowledge(const struct obol_account *account,
                                                         const char *word)
{
    const struct obol_acknowledgement *each = account->provider->acknowledgements;
    for (; each != NULL && each->word != NULL; each++)
        if (strcmp(each->word, word) == 0)
            return each;
    return NULL;
}
