#include "call/account.h"

#include "base/text.h"
#include "call/copy.h"
#include "schema/path.h"
#include "wire/url.h"

#include <stdatomic.h>

static bool set_base_url(struct obol_account *account, struct obol_problems *problems)
{
    const char *word = account->provider->base_url_word;
    if (word == NULL)
        word = "base_url";
    const struct obol_slot *slot = obol_record_get(&account->config, word);
    struct obol_url url;
    if (slot == NULL)
        return true;
    if (!obol_url_parse(slot->text, &url, NULL) || url.has_query || url.has_fragment) {
        obol_problem_add(problems, OBOL_ERR_INVALID, word,
                         "expected a URL without query and fragment");
        return false;
    }
    account->base_url = slot->text;
    while (account->base_url.data[account->base_url.size - 1] == '/')
        account->base_url.size--;
    return true;
}

/* Two accounts never share a connection, even with equal credentials. */
static struct obol_slice new_pool(struct obol_arena *arena)
{
    static atomic_uint_fast64_t counter;
    return obol_arena_format(arena, "account-%llu",
                             (unsigned long long)atomic_fetch_add(&counter, 1));
}

static bool wants_session(const struct obol_account *account)
{
    const char *const *word = account->provider->session_words;
    for (; word != NULL && *word != NULL; word++) {
        const struct obol_slot *slot = obol_record_get(&account->config, *word);
        /* a word that can be false has no text */
        if (slot != NULL && (slot->boolean || slot->text.size != 0))
            return true;
    }
    return false;
}

bool obol_account_open(struct obol_account *account, const struct obol_provider *provider,
                       const struct obol_node *config, struct obol_problems *problems)
{
    *account = (struct obol_account){.provider = provider};
    obol_arena_init(&account->arena, OBOL_CEILING_ACCOUNT);
    struct obol_node *copy = obol_node_copy(&account->arena, config);
    account->config = obol_record_new(&account->arena, provider->config);
    account->config.arena = &account->arena;
    account->pool = new_pool(&account->arena);
    account->lookups = obol_arena_alloc(&account->arena, sizeof *account->lookups);
    if (copy == NULL || account->config.slots == NULL || account->pool.data == NULL ||
        account->lookups == NULL) {
        obol_problem_add(problems, OBOL_ERR_INVALID, "", "expected a smaller configuration");
        return false;
    }
    account->lookups->arena = &account->arena;
    /* slots live as long as the account, so what the checks allocate has to as well */
    struct obol_arena *report = problems->arena;
    problems->arena = &account->arena;
    bool fine = obol_check_config(&account->config, copy, problems) &&
                set_base_url(account, problems) &&
                (provider->prepare == NULL ||
                 provider->prepare(&account->config, &account->config.state, problems));
    problems->arena = report;
    account->wants_session = fine && wants_session(account);
    return fine;
}

struct obol_reading obol_account_reading(const struct obol_account *account,
                                         struct obol_arena *arena)
{
    const struct obol_provider *provider = account->provider;
    struct obol_reading reading = {.arena = arena,
                                   .exponents = provider->exponents,
                                   .account = &account->config,
                                   .lookups = account->lookups,
                                   .zone_minutes = provider->zone_minutes};
    const char *const *currencies = provider->currencies;
    if (currencies != NULL && currencies[0] != NULL && currencies[1] == NULL)
        reading.currency = obol_currency_find(obol_slice_text(currencies[0]));
    return reading;
}

void obol_account_close(struct obol_account *account)
{
    if (account->config.state != NULL)
        account->provider->release(account->config.state);
    obol_arena_free(&account->arena);
    account->config = (struct obol_record){0};
    account->provider = NULL;
}

bool obol_account_supports(const struct obol_account *account, const char *operation)
{
    return obol_operation_first(account->provider, operation) != NULL;
}

/* `account.login.email`: whether the configuration has it. */
static bool is_configured(const struct obol_account *account,
                          const struct obol_operation *operation)
{
    const struct obol_slot *slot =
        obol_record_get(&account->config, operation->when + strlen("account."));
    if (slot == NULL)
        return operation->or_absent;
    return strcmp(operation->variant, "*") == 0 || obol_slice_is(slot->text, operation->variant);
}

static bool fits(const struct obol_account *account, const struct obol_operation *operation,
                 const struct obol_node *params)
{
    if (operation->when == NULL)
        return true;
    if (obol_text_starts(operation->when, "account."))
        return is_configured(account, operation);
    const struct obol_node *given = obol_path_find(params, operation->when);
    if (given == NULL || given->type == OBOL_NODE_NULL)
        return operation->or_absent;
    return strcmp(operation->variant, "*") == 0 ||
           (given->type == OBOL_NODE_TEXT && obol_slice_is(given->text, operation->variant));
}

/* `"payment" or "sku_payment"`, for an error about the word that chooses. */
static void list_variants(const struct obol_provider *provider, const char *operation,
                          struct obol_buf *out)
{
    for (const struct obol_operation *const *each = provider->operations; *each != NULL; each++) {
        if (strcmp((*each)->name, operation) != 0 || (*each)->variant == NULL)
            continue;
        obol_buf_add_format(out, "%s\"%s\"", out->size != 0 ? " or " : "", (*each)->variant);
    }
    obol_buf_add_byte(out, '\0');
}

const struct obol_operation *obol_account_choose(const struct obol_account *account,
                                                 const char *operation,
                                                 const struct obol_node *params,
                                                 struct obol_err *err)
{
    const struct obol_operation *first = obol_operation_first(account->provider, operation);
    if (first == NULL) {
        obol_fail(err, OBOL_ERR_UNSUPPORTED, NULL, "%s has no operation of that name",
                  account->provider->name);
        return NULL;
    }
    for (const struct obol_operation *const *each = account->provider->operations; *each != NULL;
         each++)
        if (strcmp((*each)->name, operation) == 0 && fits(account, *each, params))
            return *each;
    struct obol_buf words;
    obol_buf_init(&words, OBOL_CEILING_SMALL);
    list_variants(account->provider, operation, &words);
    obol_fail(err, OBOL_ERR_INVALID, first->when, "expected %s", words.failed ? "" : words.data);
    obol_buf_free(&words);
    return NULL;
}
