#pragma once

/* Threads of ours that work for others. */

/* The calling thread does not push aside whoever runs when it is woken: its work comes in heaps
 * where there is much of it, and the less often the two change places the less it costs. On a
 * processor that is free it still runs at once. */
void obol_thread_give_way(void);
