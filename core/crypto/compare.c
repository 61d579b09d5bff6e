#include "crypto/compare.h"

#include <openssl/crypto.h>

bool obol_crypto_equal(struct obol_slice left, struct obol_slice right)
{
    return left.size == right.size &&
           (left.size == 0 || CRYPTO_memcmp(left.data, right.data, left.size) == 0);
}
