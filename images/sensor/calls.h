/* What a system call means, whatever its number is. */
#pragma once
#include "event.h"

#define AT_FDCWD -100
#define O_ACCMODE 3
#define O_CREAT 0100
#define O_TRUNC 01000

enum kind {
  NOTHING,
  PATH,     /* one path */
  PATHS,    /* two paths */
  LINKED,   /* a text, and the path that will stand for it */
  OF_FILE,  /* an open file */
  OPENED,   /* a path, and the file that was opened */
  WRITTEN,  /* an open file, and how many bytes went in */
  CHANGED,  /* an open file, by a call that counts no bytes */
  MAPPED,   /* an open file that memory now writes to */
  BARE,     /* nothing but the call itself */
  REACHED,  /* a socket, and maybe the address that it should have gone to */
};

struct call {
  enum kind kind;
  enum op op;
  int dir, other_dir;
  const char *path, *other_path;
  unsigned int flags, mode;
  unsigned long long bytes, size;
};

#define ONE(the_op, the_dir, the_path) \
  do { c->kind = PATH; c->op = the_op; c->dir = the_dir; c->path = (void *)(the_path); } while (0)
#define TWO(the_op, dir1, path1, dir2, path2) \
  do { c->kind = PATHS; c->op = the_op; c->dir = dir1; c->path = (void *)(path1); \
       c->other_dir = dir2; c->other_path = (void *)(path2); } while (0)
#define REACH(the_fd, the_address) \
  do { c->kind = REACHED; c->dir = the_fd; c->path = (void *)(the_address); \
       c->flags = NUMBER(regs); } while (0)
#define HELD(the_op, the_fd) \
  do { c->kind = OF_FILE; c->op = the_op; c->dir = the_fd; } while (0)
