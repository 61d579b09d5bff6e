#include "provider/registry.h"

#include "provider/appwheel/appwheel.h"
#include "provider/fourmetas/fourmetas.h"
#include "provider/mincloud/mincloud.h"
#include "provider/ruxpay/ruxpay.h"

static const struct obol_provider *const providers[] = {
    &obol_appwheel,
    &obol_mincloud,
    &obol_ruxpay,
    &obol_fourmetas,
};
enum { COUNT = sizeof providers / sizeof providers[0] };

/* Names under `extra.` that a call may hold for another provider than the one that is used. */
static const char *const names[] = {"appwheel", "mincloud", "ruxpay", "fourmetas", NULL};

const struct obol_provider *obol_provider_at(size_t index)
{
    return index < COUNT ? providers[index] : NULL;
}

const struct obol_provider *obol_provider_find(struct obol_slice name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (obol_slice_is(name, providers[i]->name))
            return providers[i];
    return NULL;
}

const char *const *obol_provider_names(void)
{
    return names;
}
