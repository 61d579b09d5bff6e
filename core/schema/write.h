#pragma once

#include "schema/types.h"

/* Slots as JSON values, one function a type. What a check let into a slot can be written. */
void obol_write_text(struct obol_buf *, const struct obol_field *, const struct obol_slot *,
                     const struct obol_exponent *);
void obol_write_integer(struct obol_buf *, const struct obol_field *, const struct obol_slot *,
                        const struct obol_exponent *);
void obol_write_boolean(struct obol_buf *, const struct obol_field *, const struct obol_slot *,
                        const struct obol_exponent *);
void obol_write_money(struct obol_buf *, const struct obol_field *, const struct obol_slot *,
                      const struct obol_exponent *);
void obol_write_currency(struct obol_buf *, const struct obol_field *, const struct obol_slot *,
                         const struct obol_exponent *);
void obol_write_secret(struct obol_buf *, const struct obol_field *, const struct obol_slot *,
                       const struct obol_exponent *);
void obol_write_list(struct obol_buf *, const struct obol_field *, const struct obol_slot *,
                     const struct obol_exponent *);
void obol_write_any(struct obol_buf *, const struct obol_field *, const struct obol_slot *,
                    const struct obol_exponent *);
