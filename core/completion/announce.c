#include "completion/internal.h"
#include "completion/table.h"

#include <unistd.h>

/* What the announcer asks of the table. */

static struct obol_completion_table *const table = &obol_completion_table;

void obol_completion_tell(uint64_t id)
{
    /* when memory is short only the announcement is lost: the result can still be taken */
    if (table->wake < 0 || !obol_idlist_add(&table->finished, id) || table->finished.count != 1)
        return;
    uint64_t one = 1;
    ssize_t written = write(table->wake, &one, sizeof one);
    (void)written; /* a full counter wakes as well */
}

void obol_completion_announce(int wake)
{
    obol_completion_lock();
    table->wake = wake;
    obol_completion_unlock();
}

struct obol_idlist obol_completion_collect(void)
{
    obol_completion_lock();
    struct obol_idlist finished = table->finished;
    table->finished = (struct obol_idlist){0};
    obol_completion_unlock();
    return finished;
}

static bool list_done(struct obol_idmap_node *node, void *context)
{
    if (((struct obol_completion_entry *)node)->done)
        (void)obol_idlist_add(context, node->id);
    return false;
}

void obol_completion_list_done(struct obol_idlist *list)
{
    obol_completion_lock();
    (void)obol_idmap_extract(&table->map, list_done, list);
    obol_completion_unlock();
}

bool obol_completion_pending(uint64_t id)
{
    obol_completion_lock();
    const struct obol_completion_entry *entry = obol_completion_find(id);
    bool pending = entry != NULL && !entry->done;
    obol_completion_unlock();
    return pending;
}
