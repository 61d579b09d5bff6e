/*
 * Feeds files to a fuzz target without libFuzzer, so that inputs that once failed stay in the
 * ordinary tests. usage: replay FILE...
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 16 * 1024 * 1024 };

/* The file's bytes in a block of exactly their size, so that a sanitizer sees a read past them. */
static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    uint8_t *data = NULL;
    long length = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (length >= 0 && length <= INPUT_MAX && fseek(file, 0, SEEK_SET) == 0) {
        *size = (size_t)length;
        data = malloc(*size != 0 ? *size : 1);
        if (data != NULL && fread(data, 1, *size, file) != *size) {
            free(data);
            data = NULL;
        }
    }
    fclose(file);
    return data;
}

int main(int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        size_t size = 0;
        uint8_t *data = read_file(arguments[i], &size);
        if (data == NULL) {
            fprintf(stderr, "%s: expected a file of 16 MiB at most\n", arguments[i]);
            return 1;
        }
        (void)LLVMFuzzerTestOneInput(data, size);
        free(data);
    }
    return 0;
}
