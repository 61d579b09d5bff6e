#include "completion/client.h"

#include "base/secret.h"
#include "base/text.h"
#include "completion/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <unistd.h>

/* A client that does not read is dropped before its lines take more than this. */
enum { OUT_MAX = 1024 * 1024 };

struct obol_announcer_client *obol_client_new(int fd)
{
    struct obol_announcer_client *client = obol_secret_alloc(sizeof *client);
    if (client == NULL) {
        close(fd);
        return NULL;
    }
    *client = (struct obol_announcer_client){.fd = fd};
    obol_buf_init(&client->out, OUT_MAX);
    return client;
}

void obol_client_free(struct obol_announcer_client *client)
{
    close(client->fd);
    obol_idlist_free(&client->wanted);
    obol_buf_free(&client->out);
    obol_secret_free(client, sizeof *client);
}

static void announce(struct obol_announcer_client *client, uint64_t id)
{
    obol_buf_add_format(&client->out, "%" PRIu64 "\n", id);
}

void obol_client_tell(struct obol_announcer_client *client, uint64_t id)
{
    if (client->all) {
        announce(client, id);
        return;
    }
    struct obol_idlist *wanted = &client->wanted;
    for (size_t i = 0; i < wanted->count; i++) {
        if (wanted->ids[i] != id)
            continue;
        wanted->ids[i] = wanted->ids[--wanted->count];
        announce(client, id);
        return;
    }
}

/* `A`: every id. Those already done are told now; one may be told twice. */
static void want_all(struct obol_announcer_client *client)
{
    struct obol_idlist done = {0};
    client->all = true;
    obol_completion_list_done(&done);
    for (size_t i = 0; i < done.count; i++)
        announce(client, done.ids[i]);
    obol_idlist_free(&done);
}

static bool obey(struct obol_announcer_client *client)
{
    struct obol_slice line = obol_slice(client->line, client->line_size);
    int64_t id = 0;
    if (obol_slice_is(line, "A")) {
        want_all(client);
        return true;
    }
    if (line.size < 2 || line.data[0] != 'W' ||
        !obol_text_int64(obol_slice(line.data + 1, line.size - 1), &id) || id <= 0)
        return false;
    /* what is not under way is told at once: whoever asks then finds out by taking it */
    if (obol_completion_pending((uint64_t)id))
        return obol_idlist_add(&client->wanted, (uint64_t)id);
    announce(client, (uint64_t)id);
    return true;
}

bool obol_client_read(struct obol_announcer_client *client)
{
    char bytes[512];
    ssize_t got = recv(client->fd, bytes, sizeof bytes, 0);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    for (ssize_t i = 0; i < got; i++) {
        if (bytes[i] != '\n') {
            if (client->line_size == sizeof client->line)
                return false;
            client->line[client->line_size++] = bytes[i];
            continue;
        }
        if (!obey(client))
            return false;
        client->line_size = 0;
    }
    return got > 0;
}

bool obol_client_write(struct obol_announcer_client *client)
{
    struct obol_buf *out = &client->out;
    if (out->failed)
        return false;
    if (out->size == 0)
        return true;
    ssize_t sent = send(client->fd, out->data, out->size, MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR;
    memmove(out->data, out->data + sent, out->size - (size_t)sent);
    obol_buf_cut(out, out->size - (size_t)sent);
    return true;
}
