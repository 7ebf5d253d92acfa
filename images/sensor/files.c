#include "files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM_OF_FILE (1u << 20)

static void open_part(struct out_file *f) {
  char name[64];
  snprintf(name, sizeof name, "/out/%s.%u", f->id, f->part);
  f->fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
  struct stat known = {0};
  f->size = f->fd >= 0 && !fstat(f->fd, &known) ? (size_t)known.st_size : 0;
}

/* An earlier loader's parts stay as they are; this one goes on in the last. */
void file_begin(struct out_file *f, const char *id) {
  snprintf(f->id, sizeof f->id, "%s", id);
  f->part = 0;
  f->waiting = 0;
  if (!f->room) f->room = malloc(ROOM_OF_FILE);
  for (char name[64];; f->part++) {
    snprintf(name, sizeof name, "/out/%s.%u", f->id, f->part + 1);
    if (access(name, F_OK)) break;
  }
  open_part(f);
}

void file_add(struct out_file *f, const char *line, size_t n) {
  if (f->waiting + n > ROOM_OF_FILE) file_flush(f);
  if (f->waiting + n > ROOM_OF_FILE) return;
  memcpy(f->room + f->waiting, line, n);
  f->waiting += n;
}

int file_flush(struct out_file *f) {
  size_t done = 0;
  if (!f->waiting) return 0;
  while (done < f->waiting) {
    ssize_t n = f->fd < 0 ? -1 : write(f->fd, f->room + done, f->waiting - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += n;
  }
  int whole = done == f->waiting;
  f->size += done;
  f->waiting = 0;
  if (f->size >= PART) {
    close(f->fd);
    f->part++;
    open_part(f);
  }
  return whole ? 1 : -1;
}

void file_end(struct out_file *f) {
  file_flush(f);
  if (f->fd >= 0) close(f->fd);
  f->fd = -1;
  f->id[0] = 0;
}
