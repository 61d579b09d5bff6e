#pragma once

#include "schema/types.h"

/* A provider's values as results, one function a type: tolerant of how a value is written, strict
 * about what it says. */
bool obol_read_text(const struct obol_reading *, const struct obol_field *,
                    const struct obol_node *, struct obol_read_value *);
bool obol_read_integer(const struct obol_reading *, const struct obol_field *,
                       const struct obol_node *, struct obol_read_value *);
bool obol_read_boolean(const struct obol_reading *, const struct obol_field *,
                       const struct obol_node *, struct obol_read_value *);
bool obol_read_money(const struct obol_reading *, const struct obol_field *,
                     const struct obol_node *, struct obol_read_value *);
bool obol_read_currency(const struct obol_reading *, const struct obol_field *,
                        const struct obol_node *, struct obol_read_value *);
bool obol_read_url(const struct obol_reading *, const struct obol_field *, const struct obol_node *,
                   struct obol_read_value *);
bool obol_read_time(const struct obol_reading *, const struct obol_field *,
                    const struct obol_node *, struct obol_read_value *);
bool obol_read_interval(const struct obol_reading *, const struct obol_field *,
                        const struct obol_node *, struct obol_read_value *);
bool obol_read_secret(const struct obol_reading *, const struct obol_field *,
                      const struct obol_node *, struct obol_read_value *);
bool obol_read_list(const struct obol_reading *, const struct obol_field *,
                    const struct obol_node *, struct obol_read_value *);
bool obol_read_any(const struct obol_reading *, const struct obol_field *, const struct obol_node *,
                   struct obol_read_value *);

/* The currency named by a text of either case, or null. */
const struct obol_currency *obol_read_code(const struct obol_node *value);
