#include "net/version.h"

#include <curl/curl.h>

const char *obol_net_version(void)
{
    return curl_version();
}
