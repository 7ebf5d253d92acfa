#include "lines.h"
#include <stdio.h>
#include <string.h>

static const char *NAMES[OP_COUNT] = {
  "?", "create", "open", "write", "close", "mmap", "truncate", "unlink", "rmdir", "mkdir",
  "rename", "link", "symlink", "chmod", "chown", "mknod", "utime", "xattr", "exec", "exit",
  "denied", "io_uring", "compat", "send_refused",
};
static const char DIGITS[] = "0123456789abcdef";

struct out { char *at; };

static void put(struct out *o, const char *text) {
  size_t n = strlen(text);
  memcpy(o->at, text, n);
  o->at += n;
}

static void put_number(struct out *o, const char *key, unsigned long long value) {
  o->at += sprintf(o->at, ",\"%s\":%llu", key, value);
}

/* Bytes that are no ASCII become what Python calls surrogate escapes: none is lost. */
static void put_string(struct out *o, const char *text, size_t n) {
  *o->at++ = '"';
  for (size_t i = 0; i < n; i++) {
    unsigned char c = text[i];
    if (c == '"' || c == '\\') {
      *o->at++ = '\\';
      *o->at++ = c;
    } else if (c < 32 || c >= 127) {
      put(o, c >= 128 ? "\\udc" : "\\u00");
      *o->at++ = DIGITS[c >> 4];
      *o->at++ = DIGITS[c & 15];
    } else {
      *o->at++ = c;
    }
  }
  *o->at++ = '"';
}

/* Names from the leaf up and what the program said, as one path without dots. */
static size_t path_of(char *room, const char *names, size_t n, const char *said, size_t m) {
  const char *name[64];
  char raw[2 * ROOM];
  size_t count = 0, used = 0, done = 0;
  if (m && said[m - 1] == 0) m--;
  for (size_t i = 0; i < n && count < 64; i += strnlen(names + i, n - i) + 1) name[count++] = names + i;
  if (m == 0 || said[0] != '/')
    while (count--) {
      size_t size = strnlen(name[count], names + n - name[count]);
      raw[used++] = '/';
      memcpy(raw + used, name[count], size);
      used += size;
    }
  raw[used++] = '/';
  memcpy(raw + used, said, m);
  used += m;
  for (size_t i = 0; i < used;) {
    while (i < used && raw[i] == '/') i++;
    size_t from = i;
    while (i < used && raw[i] != '/') i++;
    size_t size = i - from;
    if (size == 0 || (size == 1 && raw[from] == '.')) continue;
    if (size == 2 && raw[from] == '.' && raw[from + 1] == '.') {
      while (done && room[--done] != '/') {}
      continue;
    }
    room[done++] = '/';
    memcpy(room + done, raw + from, size);
    done += size;
  }
  if (!done) room[done++] = '/';
  return done;
}

static void put_path(struct out *o, const char *key, const struct event *e, int at, size_t from) {
  char room[2 * ROOM];
  const char *names = e->text + from;
  size_t n = path_of(room, names, e->length[at], names + e->length[at], e->length[at + 1]);
  o->at += sprintf(o->at, ",\"%s\":", key);
  put_string(o, room, n);
}

static void put_arguments(struct out *o, const char *text, size_t n) {
  put(o, ",\"argv\":[");
  for (size_t i = 0; i < n;) {
    size_t size = strnlen(text + i, n - i);
    if (i) *o->at++ = ',';
    put_string(o, text + i, size);
    i += size + 1;
  }
  put(o, "]");
}

static void put_texts(struct out *o, const struct event *e) {
  size_t second = e->length[0] + e->length[1];
  switch (e->op) {
  case OP_EXIT: case OP_DENIED: case OP_IO_URING: case OP_COMPAT: case OP_REACH: return;
  case OP_SYMLINK:
    put(o, ",\"from\":");
    put_string(o, e->text, e->length[1] ? e->length[1] - 1 : 0);
    put_path(o, "path", e, 2, second);
    return;
  case OP_RENAME: case OP_LINK:
    put_path(o, "from", e, 0, 0);
    put_path(o, "path", e, 2, second);
    return;
  case OP_EXEC:
    put_path(o, "path", e, 0, 0);
    if (e->result) return;
    {
      char room[2 * ROOM];
      size_t n = path_of(room, e->text + second, e->length[2], "", 0);
      put(o, ",\"cwd\":");
      put_string(o, room, n);
    }
    put_arguments(o, e->text + second + e->length[2], e->length[3]);
    return;
  case OP_CLOSE:
    if (!e->length[0]) return; /* the line of its beginning, with this inode, has the path */
    /* fall through */
  default: put_path(o, "path", e, 0, 0);
  }
}

size_t line_of(const struct event *e, long long since, char *room) {
  struct out o = {room};
  o.at += sprintf(o.at, "{\"at\":%.6f,\"op\":\"%s\",\"pid\":%u,\"inner\":%u,\"parent\":%u,\"uid\":%u",
                  (e->at + since) / 1e9, NAMES[e->op < OP_COUNT ? e->op : 0], e->pid,
                  e->inner_pid, e->parent, e->uid);
  if (e->result) o.at += sprintf(o.at, ",\"result\":%d", e->result);
  put(&o, ",\"comm\":");
  put_string(&o, e->comm, strnlen(e->comm, sizeof e->comm));
  put_texts(&o, e);
  if (e->op == OP_CREATE || e->op == OP_CLOSE) put_number(&o, "inode", e->inode);
  if (e->bytes) put_number(&o, "bytes", e->bytes);
  if (e->size) put_number(&o, "size", e->size);
  if (e->flags) put_number(&o, "flags", e->flags);
  if (e->mode) put_number(&o, "mode", e->mode);
  put(&o, "}\n");
  return o.at - room;
}
