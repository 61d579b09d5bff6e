#pragma once

/* "libcurl/7.88.1 OpenSSL/3.0.17 ...": of the library that is loaded. */
const char *obol_net_version(void);
