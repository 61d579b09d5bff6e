#include "qr/qr.h"

#include <dlfcn.h>
#include <pthread.h>

static const char LIBRARY[] = "libqrencode.so.4";

/* Its header is not needed to build: these have been its names and shapes since version 3.1. */
struct symbol {
    int version;
    int width;
    unsigned char *data; /* bit 0 of each byte is the module */
};
enum level { LEVEL_L = 0, LEVEL_M = 1 };
typedef struct symbol *encode_function(int size, const unsigned char *data, int version,
                                       enum level level);
typedef void free_function(struct symbol *symbol);
typedef char *version_function(void);

/* Level M mends a scratched or reflecting code; only what does not fit goes at level L. */
enum { LEVEL_M_MAX = 2331 };

static struct {
    pthread_once_t once;
    encode_function *encode; /* null: the library is missing */
    free_function *release;
    version_function *version;
} library = {.once = PTHREAD_ONCE_INIT};

/* A function's address comes as that of an object, which C has no cast for. */
static bool find(void *handle, const char *name, void *function, size_t size)
{
    void *address = dlsym(handle, name);
    memcpy(function, &address, size);
    return address != NULL;
}

/* Never closed: other threads may be inside of it. */
static void load(void)
{
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return;
    encode_function *encode = NULL;
    if (find(handle, "QRcode_free", &library.release, sizeof library.release) &&
        find(handle, "QRcode_APIVersionString", &library.version, sizeof library.version) &&
        find(handle, "QRcode_encodeData", &encode, sizeof encode))
        library.encode = encode;
}

static bool is_there(void)
{
    return pthread_once(&library.once, load) == 0 && library.encode != NULL;
}

const char *obol_qr_version(void)
{
    return is_there() ? library.version() : NULL;
}

static bool copy_modules(const struct symbol *symbol, struct obol_arena *arena,
                         struct obol_qr *result)
{
    size_t count = (size_t)symbol->width * (size_t)symbol->width;
    unsigned char *modules = obol_arena_alloc(arena, count);
    if (modules == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        modules[i] = symbol->data[i] & 1;
    *result = (struct obol_qr){.size = symbol->width, .modules = modules};
    return true;
}

bool obol_qr_make(struct obol_slice bytes, struct obol_arena *arena, struct obol_qr *symbol,
                  struct obol_err *err)
{
    if (bytes.size == 0 || bytes.size > OBOL_QR_BYTES_MAX)
        return obol_fail(err, OBOL_ERR_INVALID, "text", "expected 1 to %d bytes",
                         OBOL_QR_BYTES_MAX);
    if (!is_there())
        return obol_fail(err, OBOL_ERR_UNSUPPORTED, NULL,
                         "QR codes need the library %s, which is not on this machine", LIBRARY);
    enum level level = bytes.size <= LEVEL_M_MAX ? LEVEL_M : LEVEL_L;
    struct symbol *made =
        library.encode((int)bytes.size, (const unsigned char *)bytes.data, 0, level);
    bool fine = made != NULL && copy_modules(made, arena, symbol);
    if (made != NULL)
        library.release(made);
    return fine || obol_fail(err, OBOL_ERR_INTERNAL, NULL, "out of memory");
}
