#include "net/call.h"

/* libcurl's codes and our own reasons in the words of the project. Whether anything was sent is
 * never read from a code: the transfer asked before it sent its first byte. */

struct reason {
    int code;
    enum obol_kind kind;
    const char *field;
    const char *message;
};

static const struct reason stops[] = {
    {OBOL_NET_TOO_LARGE, OBOL_ERR_PROVIDER, "", "answer is larger than max_reply"},
    {OBOL_NET_TOO_MANY_HEADERS, OBOL_ERR_PROVIDER, "", "answer has too many headers"},
    {OBOL_NET_MALFORMED, OBOL_ERR_PROVIDER, "", "answer is not one clear HTTP message"},
    {OBOL_NET_NO_MEMORY, OBOL_ERR_INTERNAL, "", "out of memory"},
    {OBOL_NET_REPEATED, OBOL_ERR_NETWORK, "", "connection closed before an answer came"},
    {OBOL_NET_CANCELED, OBOL_ERR_NETWORK, "", "canceled"},
    {OBOL_NET_NO_FIRST_BYTE, OBOL_ERR_TIMEOUT, "", "no answer began within first_byte_ms"},
    {OBOL_NET_ENDED, OBOL_ERR_INTERNAL, "", "the process ends"},
    {0},
};

static const struct reason codes[] = {
    {CURLE_COULDNT_RESOLVE_HOST, OBOL_ERR_NETWORK, "", "host name could not be resolved"},
    {CURLE_COULDNT_RESOLVE_PROXY, OBOL_ERR_NETWORK, "proxy", "proxy name could not be resolved"},
    {CURLE_COULDNT_CONNECT, OBOL_ERR_NETWORK, "", "connection refused, or no way to the host"},
    {CURLE_PROXY, OBOL_ERR_NETWORK, "proxy", "proxy refused the connection"},
    {CURLE_SSL_CONNECT_ERROR, OBOL_ERR_NETWORK, "", "TLS handshake failed"},
    {CURLE_PEER_FAILED_VERIFICATION, OBOL_ERR_NETWORK, "",
     "TLS certificate is not trusted, or not this host's"},
    {CURLE_SSL_CACERT_BADFILE, OBOL_ERR_INVALID, "ca_file",
     "expected a file of PEM certificates that can be read"},
    {CURLE_URL_MALFORMAT, OBOL_ERR_INVALID, "url", "expected an https address"},
    {CURLE_PARTIAL_FILE, OBOL_ERR_NETWORK, "", "answer broke off"},
    {CURLE_GOT_NOTHING, OBOL_ERR_NETWORK, "", "connection closed before an answer came"},
    {CURLE_SEND_ERROR, OBOL_ERR_NETWORK, "", "connection broke while sending"},
    {CURLE_SEND_FAIL_REWIND, OBOL_ERR_NETWORK, "", "connection closed before an answer came"},
    {CURLE_RECV_ERROR, OBOL_ERR_NETWORK, "", "connection broke while waiting for the answer"},
    {CURLE_OUT_OF_MEMORY, OBOL_ERR_INTERNAL, "", "out of memory"},
    {CURLE_UNSUPPORTED_PROTOCOL, OBOL_ERR_PROVIDER, "", "answer is not one clear HTTP message"},
    {CURLE_WEIRD_SERVER_REPLY, OBOL_ERR_PROVIDER, "", "answer is not one clear HTTP message"},
    {CURLE_BAD_CONTENT_ENCODING, OBOL_ERR_PROVIDER, "", "answer is not one clear HTTP message"},
    {0},
};

static bool explain(const struct reason *reasons, int code, struct obol_err *err)
{
    for (; reasons->kind != OBOL_ERR_NONE; reasons++) {
        if (reasons->code != code)
            continue;
        obol_fail(err, reasons->kind, reasons->field, "%s", reasons->message);
        return true;
    }
    return false;
}

static void explain_timeout(bool sent, struct obol_err *err)
{
    obol_fail(err, OBOL_ERR_TIMEOUT, "",
              sent ? "no whole answer within timeout_ms"
                   : "no connection within connect_ms or timeout_ms");
}

void obol_net_conclude(struct obol_net_call *call, CURLcode code)
{
    struct obol_net_result *result = &call->result;
    obol_net_call_wipe_request(call);
    if (call->stop == OBOL_NET_GOES_ON && code == CURLE_OK) {
        if (result->reply.status >= 200 && call->head_done && obol_net_read_reply(call)) {
            result->outcome = OBOL_NET_ANSWERED;
            return;
        }
        call->stop = OBOL_NET_MALFORMED;
    }
    result->outcome =
        obol_net_call_has(call, OBOL_NET_MARK_SENT) ? OBOL_NET_UNKNOWN : OBOL_NET_NOT_SENT;
    result->reply = (struct obol_reply){0};
    obol_buf_free(&call->head);
    obol_buf_free(&call->reply_body);
    if (call->stop != OBOL_NET_GOES_ON)
        (void)explain(stops, (int)call->stop, &result->err);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        explain_timeout(obol_net_call_has(call, OBOL_NET_MARK_SENT), &result->err);
    else if (!explain(codes, (int)code, &result->err))
        obol_fail(&result->err, OBOL_ERR_NETWORK, "", "transport failed (libcurl code %d)",
                  (int)code);
}
