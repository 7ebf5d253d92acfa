/* What the kernel side hands to the loader, and what both share. */
#pragma once

#define SLOTS 64          /* tasks that are observed at once */
#define ID_LENGTH 12      /* of a container's id, as its cgroup's name begins */
#define TEXT 1024         /* bytes of one path or of the arguments */
#define ROOM 4096         /* bytes of all texts of one event */
#define RING (16u << 20)
#define QUOTA (RING / 4)  /* of the ring that one task may fill */
#define HELD_NS 40000000  /* a new file's writes are told with it for so long */
#define RESERVE (RING / 16) /* beyond that, for what must never be lost */

enum op {
  OP_CREATE = 1, OP_OPEN, OP_WRITE, OP_CLOSE, OP_MMAP, OP_TRUNCATE,
  OP_UNLINK, OP_RMDIR, OP_MKDIR, OP_RENAME, OP_LINK, OP_SYMLINK, OP_CHMOD, OP_CHOWN,
  OP_MKNOD, OP_UTIME, OP_XATTR, OP_EXEC, OP_EXIT, OP_DENIED, OP_IO_URING, OP_COMPAT,
  OP_REACH,
  OP_COUNT,
};

/* Texts lie behind each other in `text`; `length` says how long each is. A path is two
   of them: the names of the directory it starts from, leaf first, each ended by NUL,
   and the string that the program gave.
   OP_REACH: `flags` is the call, `mode` the family << 16 and the port; an IPv4 address is
   in `size`, an IPv6 one in `bytes` and `size`, as they lie in memory.
   OP_EXEC: `flags` is 1 for a process that was not started in the container, `mode` the
   session. OP_EXIT: `flags` is the status as wait(2) encodes it, `mode` the session. */
struct event {
  unsigned long long at;      /* ns, CLOCK_MONOTONIC */
  unsigned long long bytes, size, inode;
  unsigned int slot, pid, inner_pid, parent, uid, flags, mode;
  int result;                 /* 0, or -errno */
  unsigned short op, length[4];
  char comm[16];
  char text[ROOM];
};

/* Between its first program's start and its end a container is at work; after that, the
   kernel ends what is left in it. */
enum life { PREPARED, AT_WORK, ENDED };

/* One observed container; the loader maps these, so it needs no capability later. */
struct slot {
  char id[ID_LENGTH];
  unsigned int live;          /* one of `life` */
  unsigned long long made, taken, lost; /* bytes, bytes, events */
};

struct state {
  unsigned int epoch;         /* what was found out earlier counts no more */
  unsigned int level;         /* depth of the namespace that containers are born in */
  unsigned int has_level;
  unsigned int secret;        /* by which the loader is known to the kernel side */
  unsigned int asleep;        /* the loader waits to be woken; else it looks by itself */
};
