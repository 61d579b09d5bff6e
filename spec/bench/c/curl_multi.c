/*
 * usage: curl_multi URL WIDTH WAVES
 * WAVES times WIDTH calls at once on libcurl's multi interface, whose connections and handles are
 * kept from wave to wave; prints calls a second.
 */
#include "curl_common.h"

/* One wave; how many calls succeeded. */
static long wave(CURLM *multi, CURL *const *handles, struct reply *replies, long width)
{
    long good = 0;
    int running = 0, left = 0;
    for (long i = 0; i < width; i++) {
        replies[i].size = 0;
        curl_multi_add_handle(multi, handles[i]);
    }
    do {
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            return 0;
        for (CURLMsg *message = curl_multi_info_read(multi, &left); message != NULL;
             message = curl_multi_info_read(multi, &left)) {
            CURL *handle = message->easy_handle;
            int fine = message->data.result == CURLE_OK;
            struct reply *reply = NULL;
            curl_easy_getinfo(handle, CURLINFO_PRIVATE, &reply);
            good += fine && is_good(handle, reply);
            curl_multi_remove_handle(multi, handle);
        }
        if (running != 0)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    } while (running != 0);
    return good;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    long width = strtol(argv[2], NULL, 10), waves = strtol(argv[3], NULL, 10);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct curl_slist *headers = make_headers();
    CURLM *multi = curl_multi_init();
    CURL **handles = calloc((size_t)width, sizeof *handles);
    struct reply *replies = calloc((size_t)width, sizeof *replies);
    if (multi == NULL || handles == NULL || replies == NULL)
        return 1;
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, width);
    for (long i = 0; i < width; i++)
        handles[i] = make_handle(argv[1], headers, &replies[i]);
    long good = wave(multi, handles, replies, width); /* connects */
    double from = now_s();
    for (long i = 0; i < waves; i++)
        good += wave(multi, handles, replies, width);
    if (good != (waves + 1) * width)
        return 1;
    printf("%.1f\n", (double)(waves * width) / (now_s() - from));
    for (long i = 0; i < width; i++)
        curl_easy_cleanup(handles[i]);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
    free(handles);
    free(replies);
    curl_global_cleanup();
    return 0;
}
