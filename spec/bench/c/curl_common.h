#pragma once

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What the two programs on libcurl share: one POST with headers of the usual number, the reply kept
 * in memory. */

struct reply {
    size_t size;
    char body[4096];
};

static inline size_t keep(char *bytes, size_t size, size_t count, void *data)
{
    struct reply *reply = data;
    size_t more = size * count;
    if (more > sizeof reply->body - reply->size)
        return 0;
    memcpy(reply->body + reply->size, bytes, more);
    reply->size += more;
    return more;
}

static inline struct curl_slist *make_headers(void)
{
    static const char *const lines[] = {
        "content-type: application/json",
        "x-request-appid: 331058835",
        "x-request-platform: Stripe",
        "x-request-timestamp: 1700000000",
        "x-request-nonce: 1700000000123",
        "x-request-uri: /v1/stripe/purchase/create",
        ("authorization: Signature "
         "de4d631da99328e4d5016b8c3fe6909cd4be3920d8b1453ef956450c8ac7a5d9"),
    };
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        list = curl_slist_append(list, lines[i]);
    return list;
}

static const char BODY[] =
    "{\"appUserId\":\"user_1\",\"productId\":\"price_1LGLc9HedDJPunHoY5LZlOJy\","
    "\"successUrl\":\"https://shop.example/ok\",\"cancelUrl\":\"https://shop.example/no\","
    "\"mode\":\"payment\",\"quantity\":1,\"payPrice\":1000,\"productName\":\"tea lights\","
    "\"currency\":\"usd\"}";

static inline CURL *make_handle(const char *url, struct curl_slist *headers, struct reply *reply)
{
    CURL *handle = curl_easy_init();
    if (handle == NULL)
        return NULL;
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, BODY);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, (long)(sizeof BODY - 1));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, reply);
    curl_easy_setopt(handle, CURLOPT_PRIVATE, reply);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, 20000L);
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    return handle;
}

static inline int is_good(CURL *handle, const struct reply *reply)
{
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status == 200 && reply->size != 0 && reply->body[0] == '{';
}

static inline double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
