#include "check.h"

#include "base/text.h"

static struct obol_buf buf;

typedef bool decoder(struct obol_buf *out, struct obol_slice text);
typedef void encoder(struct obol_buf *out, struct obol_slice bytes);

struct pair {
    struct obol_slice bytes;
    const char *text;
};

#define BYTES(literal)                                                                             \
    {                                                                                              \
        .data = (literal), .size = sizeof(literal) - 1                                             \
    }

static void check_pairs(const struct pair *pairs, size_t count, encoder *encode, decoder *decode)
{
    for (size_t i = 0; i < count; i++) {
        obol_buf_init(&buf, 1000);
        encode(&buf, pairs[i].bytes);
        CHECK_TEXT(pairs[i].text, obol_buf_slice(&buf));
        obol_buf_clear(&buf);
        CHECK(decode(&buf, obol_slice_text(pairs[i].text)));
        CHECK_INT((int64_t)pairs[i].bytes.size, (int64_t)buf.size);
        if (buf.size == pairs[i].bytes.size && buf.size != 0)
            CHECK(memcmp(buf.data, pairs[i].bytes.data, buf.size) == 0);
        obol_buf_free(&buf);
    }
}

static void check_refused(const struct obol_slice *texts, size_t count, decoder *decode)
{
    for (size_t i = 0; i < count; i++) {
        obol_buf_init(&buf, 1000);
        if (!CHECK(!decode(&buf, texts[i])))
            printf("    case %zu of the refused\n", i);
        obol_buf_free(&buf);
    }
}

static void hex_goes_both_ways(void)
{
    static const struct pair pairs[] = {
        {BYTES(""), ""}, {BYTES("\0"), "00"}, {BYTES("\x0F\xF0\xAB"), "0ff0ab"}};
    check_pairs(pairs, sizeof pairs / sizeof pairs[0], obol_hex_encode, obol_hex_decode);
    obol_buf_init(&buf, 10);
    CHECK(obol_hex_decode(&buf, obol_slice_text("aBFf")));
    CHECK_TEXT("\xAB\xFF", obol_buf_slice(&buf));
    obol_buf_free(&buf);
    static const struct obol_slice bad[] = {BYTES("0"),   BYTES("0g"),   BYTES("g0"), BYTES(" 0"),
                                            BYTES("0x0"), BYTES("00 0"), BYTES("0\0")};
    check_refused(bad, sizeof bad / sizeof bad[0], obol_hex_decode);
}

/* The pairs of RFC 4648 section 10, and the two digits that are no letters. */
static void base64_goes_both_ways(void)
{
    static const struct pair pairs[] = {
        {BYTES(""), ""},
        {BYTES("f"), "Zg=="},
        {BYTES("fo"), "Zm8="},
        {BYTES("foo"), "Zm9v"},
        {BYTES("foob"), "Zm9vYg=="},
        {BYTES("fooba"), "Zm9vYmE="},
        {BYTES("foobar"), "Zm9vYmFy"},
        {BYTES("\xFB\xFF\xBF"), "+/+/"},
        {BYTES("\0\0\0"), "AAAA"},
    };
    check_pairs(pairs, sizeof pairs / sizeof pairs[0], obol_base64_encode, obol_base64_decode);
}

static void base64_is_strict(void)
{
    static const struct obol_slice bad[] = {
        BYTES("Zg"),       BYTES("Zg="),      BYTES("Zg==="),    BYTES("===="),     BYTES("Z==="),
        BYTES("Zh=="),     BYTES("Zm9="),     BYTES("Zg==Zg=="), BYTES("Zm9v\n"),   BYTES("Zm 9"),
        BYTES("-_-_"),     BYTES("Zm9\0"),    BYTES("=m9v"),     BYTES("Z=9v"),     BYTES("Zm=v"),
        BYTES("Zm9vZg=a"), BYTES("Zm9v===="), BYTES("\x80m9v"),  BYTES("Zm9vYg==A")};
    check_refused(bad, sizeof bad / sizeof bad[0], obol_base64_decode);
}

/* RFC 3986: the unreserved stay, everything else is escaped in upper case. */
static void percent_goes_both_ways(void)
{
    static const struct pair pairs[] = {
        {BYTES(""), ""},
        {BYTES("AZaz09-._~"), "AZaz09-._~"},
        {BYTES(" +&=/?%"), "%20%2B%26%3D%2F%3F%25"},
        {BYTES("\0\xC3\xA9\x7F"), "%00%C3%A9%7F"},
    };
    check_pairs(pairs, sizeof pairs / sizeof pairs[0], obol_percent_encode, obol_percent_decode);
    obol_buf_init(&buf, 10);
    CHECK(obol_percent_decode(&buf, obol_slice_text("%c3%a9+")));
    CHECK_TEXT("\xC3\xA9+", obol_buf_slice(&buf));
    obol_buf_free(&buf);
    static const struct obol_slice bad[] = {BYTES("%"),  BYTES("%4"),  BYTES("%4g"), BYTES("%%41"),
                                            BYTES("a%"), BYTES("% 4"), BYTES("%4\0")};
    check_refused(bad, sizeof bad / sizeof bad[0], obol_percent_decode);
}

static void a_codec_past_the_ceiling_fails(void)
{
    obol_buf_init(&buf, 3);
    obol_hex_encode(&buf, obol_slice_text("ab"));
    CHECK(buf.failed);
    obol_buf_init(&buf, 2);
    CHECK(!obol_hex_decode(&buf, obol_slice_text("616263")));
    obol_buf_init(&buf, 2);
    CHECK(!obol_base64_decode(&buf, obol_slice_text("Zm9v")));
    obol_buf_init(&buf, 2);
    CHECK(!obol_percent_decode(&buf, obol_slice_text("abc")));
}

static void utf8_takes_what_rfc_3629_takes(void)
{
    static const struct {
        struct obol_slice text;
        size_t length;
    } good[] = {
        {BYTES(""), 0},
        {BYTES("\0"), 1},
        {BYTES("\x7F"), 1},
        {BYTES("\xC2\x80"), 1},
        {BYTES("\xDF\xBF"), 1},
        {BYTES("\xE0\xA0\x80"), 1},
        {BYTES("\xED\x9F\xBF"), 1},
        {BYTES("\xEE\x80\x80"), 1},
        {BYTES("\xEF\xBF\xBF"), 1},
        {BYTES("\xF0\x90\x80\x80"), 1},
        {BYTES("\xF4\x8F\xBF\xBF"), 1},
        {BYTES("a\xC3\xA9\xE8\x8C\xB6\xF0\x9F\x8D\xB5z"), 5},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!CHECK(obol_utf8_valid(good[i].text)))
            printf("    case %zu of the good\n", i);
        CHECK_INT((int64_t)good[i].length, (int64_t)obol_utf8_length(good[i].text));
    }
}

static void utf8_refuses_every_kind_of_bad_sequence(void)
{
    static const struct obol_slice bad[] = {
        BYTES("\x80"),             /* a continuation alone */
        BYTES("\xBF"),             /* the last of them */
        BYTES("\xC0\x80"),         /* overlong NUL */
        BYTES("\xC1\xBF"),         /* overlong two bytes */
        BYTES("\xE0\x80\x80"),     /* overlong three bytes */
        BYTES("\xE0\x9F\xBF"),     /* the last of them */
        BYTES("\xF0\x80\x80\x80"), /* overlong four bytes */
        BYTES("\xF0\x8F\xBF\xBF"), /* the last of them */
        BYTES("\xED\xA0\x80"),     /* first surrogate */
        BYTES("\xED\xBF\xBF"),     /* last surrogate */
        BYTES("\xF4\x90\x80\x80"), /* above U+10FFFF */
        BYTES("\xF5\x80\x80\x80"), /* no such lead byte */
        BYTES("\xF8\x88\x80\x80\x80"),
        BYTES("\xFE"),
        BYTES("\xFF"),
        BYTES("\xC2"), /* cut short */
        BYTES("\xE2\x82"),
        BYTES("\xF0\x9F\x8D"),
        BYTES("\xC2\x41"), /* cut by a letter */
        BYTES("\xE2\x28\xA1"),
        BYTES("\xE2\x82\x28"),
        BYTES("\xF0\x28\x8C\xBC"),
        BYTES("\xF0\x90\x28\xBC"),
        BYTES("\xF0\x90\x8C\x28"),
        BYTES("\xC2\xC2\x80"), /* cut by a lead byte */
        BYTES("ok\xE2\x82\xAC\x80"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (!CHECK(!obol_utf8_valid(bad[i])))
            printf("    case %zu of the bad\n", i);
}

static void int64_ends_where_it_ends(void)
{
    static const struct {
        const char *text;
        int64_t integer;
    } good[] = {
        {"0", 0},
        {"-0", 0},
        {"7", 7},
        {"-7", -7},
        {"9007199254740993", 9007199254740993},
        {"1738513709476610049", 1738513709476610049},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775807", -INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t integer = 42;
        CHECK(obol_text_int64(obol_slice_text(good[i].text), &integer));
        CHECK_INT(good[i].integer, integer);
    }
    static const struct obol_slice bad[] = {
        BYTES(""),
        BYTES("-"),
        BYTES("+1"),
        BYTES("--1"),
        BYTES("01"),
        BYTES("-01"),
        BYTES("00"),
        BYTES(" 1"),
        BYTES("1 "),
        BYTES("1.0"),
        BYTES("1e3"),
        BYTES("0x1"),
        BYTES("1\0"),
        BYTES("9223372036854775808"),
        BYTES("\xEF\xBC\x91"),
        BYTES("-9223372036854775809"),
        BYTES("18446744073709551616"),
        BYTES("99999999999999999999999999"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t integer = 42;
        if (!CHECK(!obol_text_int64(bad[i], &integer)))
            printf("    case %zu of the bad\n", i);
        CHECK_INT(42, integer);
    }
}

static void names_of_headers_are_tokens(void)
{
    static const char *const tokens[] = {"a",
                                         "Z",
                                         "content-type",
                                         "x-request-id-2",
                                         "-",
                                         "!#$%&'*+-.^_`|~",
                                         "0123456789",
                                         "accept_language.x",
                                         "x-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa9"};
    static const char *const others[] = {
        "",          "content type", "content-type:", "x-\xc3\xa4", "aaaaaaaa/",   "aaaaaaaa\"",
        "(aaaaaaaa", "aaaa\taaaaaa", "aaaaaaa@",      "aaaaaaaa[",  "{aaaaaaaaaa", "x\x7f"};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        CHECK(obol_text_is_token(obol_slice_text(tokens[i])));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CHECK(!obol_text_is_token(obol_slice_text(others[i])));
    CHECK(!obol_text_is_token(obol_slice("content-type\0", 13)));
    CHECK(!obol_text_is_token(obol_slice("a\0", 2)));
}

static void ascii_ignores_case_of_ascii_alone(void)
{
    CHECK(
        obol_ascii_equal_nocase(obol_slice_text("Content-TYPE"), obol_slice_text("content-type")));
    CHECK(!obol_ascii_equal_nocase(obol_slice_text("a"), obol_slice_text("ab")));
    CHECK(!obol_ascii_equal_nocase(obol_slice_text("["), obol_slice_text("{")));
    CHECK(!obol_ascii_equal_nocase(obol_slice_text("\xC4"), obol_slice_text("\xE4")));
    CHECK(obol_text_is_digits(obol_slice_text("0123456789")));
    CHECK(!obol_text_is_digits(obol_slice_text("")));
    CHECK(!obol_text_is_digits(obol_slice("1\0", 2)));
    CHECK(!obol_text_is_digits(obol_slice_text("1/")));
    CHECK(!obol_text_is_digits(obol_slice_text("1:")));
}

int main(void)
{
    return check_run((const struct check_case[]){
        {"hex goes both ways", hex_goes_both_ways},
        {"base64 goes both ways", base64_goes_both_ways},
        {"base64 is strict", base64_is_strict},
        {"percent goes both ways", percent_goes_both_ways},
        {"a codec past the ceiling fails", a_codec_past_the_ceiling_fails},
        {"UTF-8: what RFC 3629 takes", utf8_takes_what_rfc_3629_takes},
        {"UTF-8: every kind of bad sequence", utf8_refuses_every_kind_of_bad_sequence},
        {"int64 ends where it ends", int64_ends_where_it_ends},
        {"ASCII alone ignores case", ascii_ignores_case_of_ascii_alone},
        {"names of headers are tokens", names_of_headers_are_tokens},
        {0},
    });
}
