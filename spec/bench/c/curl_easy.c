/*
 * usage: curl_easy URL COUNT
 * COUNT calls one after another on libcurl's easy interface, which keeps the connection; prints
 * calls a second.
 */
#include "curl_common.h"

static int call(CURL *handle, struct reply *reply)
{
    reply->size = 0;
    return curl_easy_perform(handle) == CURLE_OK && is_good(handle, reply);
}

int main(int argc, char **argv)
{
    static struct reply reply;
    if (argc != 3)
        return 2;
    long count = strtol(argv[2], NULL, 10);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct curl_slist *headers = make_headers();
    CURL *handle = make_handle(argv[1], headers, &reply);
    if (handle == NULL || !call(handle, &reply)) /* connects */
        return 1;
    double from = now_s();
    for (long i = 0; i < count; i++)
        if (!call(handle, &reply))
            return 1;
    printf("%.1f\n", (double)count / (now_s() - from));
    curl_easy_cleanup(handle);
    curl_slist_free_all(headers);
    curl_global_cleanup();
    return 0;
}
