#pragma once

#include "store/sqlite.h"

bool obol_sqlite_open(struct obol_sqlite *base, struct obol_err *err) OBOL_MUST_USE;
void obol_sqlite_shut(struct obol_sqlite *base);
