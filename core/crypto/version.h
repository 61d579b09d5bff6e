#pragma once

/* "OpenSSL 3.0.17 1 Jul 2025": of the library that is loaded. */
const char *obol_crypto_version(void);
