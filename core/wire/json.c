#include "wire/json.h"

#include "base/reader.h"
#include "wire/json_text.h"
#include "wire/names.h"

/* Up to here a new name is compared with the others one by one; a larger map is sorted once. */
enum { FEW_MEMBERS = 32 };

struct parser {
    struct obol_reader in;
    struct obol_arena *arena;
    size_t members_left;
    struct obol_err *err;
};

static struct obol_node *read_value(struct parser *parser, unsigned depth);

static struct obol_node *refuse(struct parser *parser, size_t at, const char *what)
{
    obol_fail(parser->err, OBOL_ERR_INVALID, NULL, "%s at byte %zu", what, at);
    return NULL;
}

static struct obol_node *refuse_here(struct parser *parser, const char *what)
{
    return refuse(parser, parser->in.at, what);
}

static bool is_blank(int byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Most documents have few. */
static inline void skip_blanks(struct parser *parser)
{
    for (int byte = obol_reader_peek(&parser->in); byte <= ' ' && is_blank(byte);
         byte = obol_reader_peek(&parser->in))
        parser->in.at++;
}

static struct obol_node *new_node(struct parser *parser, enum obol_node_type type)
{
    if (parser->members_left == 0)
        return refuse_here(parser, "more values than allowed");
    parser->members_left--;
    struct obol_node *node = obol_node_new(parser->arena, type);
    return node != NULL ? node : refuse_here(parser, "more memory needed than allowed");
}

static bool read_text(struct parser *parser, struct obol_slice *text)
{
    size_t at = parser->in.at;
    const char *wrong = obol_json_read_text(parser->arena, &parser->in, text, &at);
    return wrong == NULL || refuse(parser, at, wrong) != NULL;
}

static struct obol_node *read_text_value(struct parser *parser)
{
    struct obol_node *node = new_node(parser, OBOL_NODE_TEXT);
    return node != NULL && read_text(parser, &node->text) ? node : NULL;
}

static bool skip_digits(struct parser *parser)
{
    const char *from = parser->in.input.data + parser->in.at, *at = from;
    const char *end = parser->in.input.data + parser->in.input.size;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    parser->in.at += (size_t)(at - from);
    return at != from;
}

static struct obol_node *read_number(struct parser *parser)
{
    size_t from = parser->in.at;
    struct obol_node *node = new_node(parser, OBOL_NODE_NUMBER);
    if (node == NULL)
        return NULL;
    (void)obol_reader_skip(&parser->in, '-');
    if (!obol_reader_skip(&parser->in, '0') && !skip_digits(parser))
        return refuse_here(parser, "expected a digit");
    if (obol_reader_skip(&parser->in, '.') && !skip_digits(parser))
        return refuse_here(parser, "expected a digit");
    if (obol_reader_skip(&parser->in, 'e') || obol_reader_skip(&parser->in, 'E')) {
        if (!obol_reader_skip(&parser->in, '-'))
            (void)obol_reader_skip(&parser->in, '+');
        if (!skip_digits(parser))
            return refuse_here(parser, "expected a digit");
    }
    node->text = obol_reader_since(&parser->in, from);
    return node;
}

static struct obol_node *read_word(struct parser *parser, const char *word,
                                   enum obol_node_type type)
{
    size_t size = strlen(word);
    struct obol_reader *in = &parser->in;
    if (in->input.size - in->at < size || memcmp(in->input.data + in->at, word, size) != 0)
        return refuse_here(parser, "expected a value");
    struct obol_node *node = new_node(parser, type);
    if (node != NULL)
        node->boolean = word[0] == 't';
    in->at += size;
    return node;
}

static struct obol_node *open_branch(struct parser *parser, enum obol_node_type type,
                                     unsigned depth)
{
    if (depth == 0)
        return refuse_here(parser, "deeper than allowed");
    struct obol_node *node = new_node(parser, type);
    parser->in.at++;
    skip_blanks(parser);
    return node;
}

/* After a child: moves to the next one, or past the end of the branch, where `more` is false. */
static bool next_child(struct parser *parser, char close, bool *more)
{
    skip_blanks(parser);
    *more = obol_reader_skip(&parser->in, ',');
    if (*more)
        skip_blanks(parser);
    if (*more || obol_reader_skip(&parser->in, close))
        return true;
    const char *expected = close == ']' ? "expected a comma or ]" : "expected a comma or }";
    return refuse_here(parser, expected) != NULL;
}

static struct obol_node *read_list(struct parser *parser, unsigned depth)
{
    struct obol_node *list = open_branch(parser, OBOL_NODE_LIST, depth);
    if (list == NULL)
        return NULL;
    bool more = !obol_reader_skip(&parser->in, ']');
    while (more) {
        if (!obol_node_append(list, read_value(parser, depth - 1)))
            return NULL;
        if (!next_child(parser, ']', &more))
            return NULL;
    }
    return list;
}

static bool is_new_name(const struct obol_node *map, struct obol_name name)
{
    return map->count > FEW_MEMBERS || obol_node_find(map, name) == NULL;
}

static bool read_member(struct parser *parser, struct obol_node *map, unsigned depth)
{
    size_t at = parser->in.at;
    struct obol_slice text;
    if (obol_reader_peek(&parser->in) != '"')
        return refuse_here(parser, "expected a member name") != NULL;
    if (!read_text(parser, &text))
        return false;
    struct obol_name name = obol_name(text);
    if (!is_new_name(map, name))
        return refuse(parser, at, "member name comes twice") != NULL;
    skip_blanks(parser);
    if (!obol_reader_skip(&parser->in, ':'))
        return refuse_here(parser, "expected a colon") != NULL;
    skip_blanks(parser);
    struct obol_node *member = read_value(parser, depth);
    if (member != NULL)
        obol_node_name(member, name);
    return obol_node_append(map, member);
}

/* What is_new_name left out, once the map is whole; points at the second member's value. */
static bool check_names(struct parser *parser, const struct obol_node *map)
{
    const struct obol_node *repeated;
    if (map->count <= FEW_MEMBERS)
        return true;
    if (!obol_names_repeated(parser->arena, map, &repeated))
        return refuse_here(parser, "more memory needed than allowed") != NULL;
    if (repeated == NULL)
        return true;
    size_t at = (size_t)(repeated->raw.data - parser->in.input.data);
    return refuse(parser, at, "member name comes twice") != NULL;
}

static struct obol_node *read_map(struct parser *parser, unsigned depth)
{
    struct obol_node *map = open_branch(parser, OBOL_NODE_MAP, depth);
    if (map == NULL)
        return NULL;
    bool more = !obol_reader_skip(&parser->in, '}');
    while (more) {
        if (!read_member(parser, map, depth - 1))
            return NULL;
        if (!next_child(parser, '}', &more))
            return NULL;
    }
    return check_names(parser, map) ? map : NULL;
}

static struct obol_node *read_bare_value(struct parser *parser, unsigned depth)
{
    switch (obol_reader_peek(&parser->in)) {
    case '{':
        return read_map(parser, depth);
    case '[':
        return read_list(parser, depth);
    case '"':
        return read_text_value(parser);
    case 't':
        return read_word(parser, "true", OBOL_NODE_BOOLEAN);
    case 'f':
        return read_word(parser, "false", OBOL_NODE_BOOLEAN);
    case 'n':
        return read_word(parser, "null", OBOL_NODE_NULL);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return read_number(parser);
    default:
        return refuse_here(parser, "expected a value");
    }
}

static struct obol_node *read_value(struct parser *parser, unsigned depth)
{
    size_t from = parser->in.at;
    struct obol_node *node = read_bare_value(parser, depth);
    if (node != NULL)
        node->raw = obol_reader_since(&parser->in, from);
    return node;
}

struct obol_node *obol_json_parse(struct obol_arena *arena, struct obol_slice text,
                                  const struct obol_json_limits *limits, struct obol_err *err)
{
    static const struct obol_json_limits defaults = {
        .bytes = OBOL_CEILING_REPLY, .depth = OBOL_JSON_DEPTH, .members = OBOL_JSON_MEMBERS};
    if (limits == NULL)
        limits = &defaults;
    struct parser parser = {
        .in = obol_reader(text), .arena = arena, .members_left = limits->members, .err = err};
    if (text.size > limits->bytes)
        return refuse(&parser, limits->bytes, "expected the end of the document");
    skip_blanks(&parser);
    struct obol_node *node = read_value(&parser, limits->depth);
    skip_blanks(&parser);
    if (node != NULL && !obol_reader_done(&parser.in))
        return refuse_here(&parser, "expected the end of the document");
    return node;
}
