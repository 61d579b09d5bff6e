#include "store/engine.h"

/* The thread of one store: takes what waits, has it run, and answers. */

void obol_store_answer(struct obol_store_unit *unit)
{
    unit->answered = true;
    unit->failed = unit->err.kind != OBOL_ERR_NONE;
    if (unit->failed)
        obol_arena_free(&unit->results);
}

void obol_store_refuse(struct obol_store_unit *unit, const struct obol_err *err, bool retryable)
{
    unit->err = *err;
    unit->retryable = retryable;
    obol_store_answer(unit);
}

void obol_store_count_opened(struct obol_store *store)
{
    obol_store_lock();
    store->stats.opened++;
    obol_store_unlock();
}

void obol_store_count_group(struct obol_store *store)
{
    obol_store_lock();
    store->stats.groups++;
    obol_store_unlock();
}

void obol_store_count_prepared(struct obol_store *store)
{
    obol_store_lock();
    store->stats.prepared++;
    obol_store_unlock();
}

/* Takes the first units of the list that may share a transaction. */
static struct obol_store_group take_group(struct obol_store_unit **list, size_t limit)
{
    struct obol_store_group group = {.first = *list};
    struct obol_store_unit **at = list;
    while (*at != NULL && group.count < limit && (group.count == 0 || !(*at)->alone)) {
        bool alone = (*at)->alone;
        group.writes = group.writes || !(*at)->read;
        group.count++;
        at = &(*at)->next;
        if (alone)
            break;
    }
    struct obol_store_unit *rest = *at;
    *at = NULL;
    *list = rest;
    return group;
}

static void count_answers(struct obol_store *store, const struct obol_store_unit *unit)
{
    obol_store_lock();
    for (; unit != NULL; unit = unit->next) {
        if (unit->answered) {
            store->stats.units++;
            store->stats.pending--;
        } else {
            store->stats.repeated++;
        }
    }
    obol_store_unlock();
}

/* Hands the answered units over; what is to be run again comes back, in its order. */
static struct obol_store_unit *hand_over(struct obol_store *store, struct obol_store_unit *unit)
{
    struct obol_store_unit *again = NULL, **again_end = &again;
    count_answers(store, unit);
    for (struct obol_store_unit *next; unit != NULL; unit = next) {
        next = unit->next;
        unit->next = NULL;
        if (!unit->answered) {
            *again_end = unit;
            again_end = &unit->next;
            continue;
        }
        if (!obol_completion_finish(unit->id, unit))
            obol_store_unit_free(unit);
    }
    obol_completion_nudge();
    return again;
}

static void run_group(struct obol_store *store, const struct obol_store_group *group)
{
    struct obol_err err = {.kind = OBOL_ERR_NONE};
    for (struct obol_store_unit *unit = group->first; unit != NULL; unit = unit->next)
        obol_store_unit_reset(unit);
    if (store->backend->open(store->base, &err)) {
        store->backend->run(store->base, group);
        return;
    }
    if (atomic_load(&store->hurry) != OBOL_STORE_CALM)
        return; /* it was not given its time */
    for (struct obol_store_unit *unit = group->first; unit != NULL; unit = unit->next)
        obol_store_refuse(unit, &err, true);
}

static void put_back(struct obol_store_unit **list, struct obol_store_unit *again)
{
    struct obol_store_unit **end = &again;
    while (*end != NULL)
        end = &(*end)->next;
    *end = *list;
    *list = again;
}

/* With the lock, which is given up meanwhile: what was taken, until there is something more
 * urgent. */
static void work_on(struct obol_store *store, struct obol_store_unit *list)
{
    while (list != NULL && !store->stopping && !store->pause) {
        obol_store_unlock();
        struct obol_store_group group = take_group(&list, store->backend->limit(store->base));
        run_group(store, &group);
        put_back(&list, hand_over(store, group.first));
        obol_store_lock();
    }
    if (list == NULL)
        return;
    put_back(&store->queue, list);
    struct obol_store_unit **end = &store->queue;
    while (*end != NULL)
        end = &(*end)->next;
    store->queue_end = end;
}

/* A fork waits until the database is left alone. */
static void rest(struct obol_store *store)
{
    obol_store_unlock();
    store->backend->rest(store->base);
    obol_store_lock();
    store->resting = true;
    pthread_cond_broadcast(&store->changed);
    while (store->pause && !store->stopping)
        obol_store_sleep(store);
    store->resting = false;
}

void *obol_store_work(void *argument)
{
    struct obol_store *store = argument;
    obol_store_lock();
    while (!store->stopping) {
        if (store->pause) {
            rest(store);
        } else if (store->queue != NULL) {
            struct obol_store_unit *list = store->queue;
            store->queue = NULL;
            store->queue_end = &store->queue;
            work_on(store, list);
        } else if (store->closing) {
            break;
        } else {
            obol_store_sleep(store);
        }
    }
    obol_store_unlock();
    store->backend->close(store->base);
    obol_store_lock();
    store->ended = true;
    pthread_cond_broadcast(&store->changed);
    obol_store_unlock();
    return NULL;
}
