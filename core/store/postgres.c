#include "store/engine.h"

const struct obol_store_backend obol_store_postgres;
const char *obol_store_postgres_version(void)
{
    return NULL;
}
