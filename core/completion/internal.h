#pragma once

/* Between the table and the announcer. */

#include "completion/idmap.h"

/* From now on finished ids are collected, and the eventfd `wake` is written to whenever there are
 * any. Below 0 ends it. */
void obol_completion_announce(int wake);

/* Hands over the ids collected since the last call. */
struct obol_idlist obol_completion_collect(void);

/* Adds every id that is done and not yet taken. */
void obol_completion_list_done(struct obol_idlist *list);

/* Whether the id is still under way, in whatever hands. */
bool obol_completion_pending(uint64_t id);
