#pragma once

/*
 * For a program that works until it is told to end (the command line, never a host's process):
 * instead of ending at once, in the middle of something, it hears of SIGINT and SIGTERM and ends
 * where it may.
 */

/* From now on the first of them is noted; the next one ends the process as it would have. */
void obol_stop_catch(void);

/* The signal that came, or 0. */
int obol_stop_signal(void);
