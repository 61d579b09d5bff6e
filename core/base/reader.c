#include "base/reader.h"

struct obol_slice obol_reader_until(struct obol_reader *reader, char stop)
{
    size_t from = reader->at;
    while (!obol_reader_done(reader) && reader->input.data[reader->at] != stop)
        reader->at++;
    struct obol_slice found = obol_reader_since(reader, from);
    if (!obol_reader_done(reader))
        reader->at++;
    return found;
}
