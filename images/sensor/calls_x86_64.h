/* System calls of x86-64 by number. Another machine has another table like this one. */
#pragma once
#include "calls.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs { unsigned long r10, r9, r8, dx, si, di, orig_ax; };
#pragma clang attribute pop

#define NUMBER(regs) ((regs)->orig_ax)
#define IS_COMPAT(status) ((status) & 2) /* int 0x80: other numbers, not decoded */
#define CLOSED_FILE(regs, nr) \
  ((nr) == 3 ? (int)(regs)->di : (nr) == 33 || (nr) == 292 ? (int)(regs)->si : -1)
#define CALL_PRCTL 157

/* The call in `c`; NOTHING for those that change no file. */
static __always_inline void decode(struct pt_regs *regs, long result, struct call *c) {
  unsigned long a = regs->di, b = regs->si, d = regs->dx, e = regs->r10, f = regs->r8;
  switch (regs->orig_ax) {
  /* written: write pwrite64 writev pwritev pwritev2 sendfile | splice copy_file_range */
  case 1: case 18: case 20: case 296: case 328: case 40:
    c->kind = WRITTEN; c->op = OP_WRITE; c->dir = a; break;
  case 275: case 326: c->kind = WRITTEN; c->op = OP_WRITE; c->dir = d; break;
  case 285: c->kind = CHANGED; c->op = OP_WRITE; c->dir = a; break; /* fallocate */
  case 16: /* ioctl: FICLONE, FICLONERANGE */
    if (b == 0x40049409 || b == 0x4020940d) { c->kind = CHANGED; c->op = OP_WRITE; c->dir = a; }
    break;
  case 9: /* mmap: shared and writable, of a file */
    if ((d & 2) && ((e & 15) == 1 || (e & 15) == 3) && !(e & 32)) {
      c->kind = MAPPED; c->op = OP_MMAP; c->dir = f;
    }
    break;
  /* opened: open creat openat openat2 */
  case 2: ONE(OP_OPEN, AT_FDCWD, a); c->kind = OPENED; c->flags = b; break;
  case 85: ONE(OP_OPEN, AT_FDCWD, a); c->kind = OPENED; c->flags = 1 | O_CREAT | O_TRUNC; break;
  case 257: ONE(OP_OPEN, (int)a, b); c->kind = OPENED; c->flags = d; break;
  case 437: {
    unsigned long long flags = 0;
    bpf_probe_read_user(&flags, sizeof flags, (void *)d);
    ONE(OP_OPEN, (int)a, b); c->kind = OPENED; c->flags = flags; break;
  }
  case 87: ONE(OP_UNLINK, AT_FDCWD, a); break;
  case 263: ONE(d & 0x200 ? OP_RMDIR : OP_UNLINK, (int)a, b); break;
  case 84: ONE(OP_RMDIR, AT_FDCWD, a); break;
  case 83: ONE(OP_MKDIR, AT_FDCWD, a); c->mode = b; break;
  case 258: ONE(OP_MKDIR, (int)a, b); c->mode = d; break;
  case 82: TWO(OP_RENAME, AT_FDCWD, a, AT_FDCWD, b); break;
  case 264: TWO(OP_RENAME, (int)a, b, (int)d, e); break;
  case 316: TWO(OP_RENAME, (int)a, b, (int)d, e); c->flags = f; break;
  case 86: TWO(OP_LINK, AT_FDCWD, a, AT_FDCWD, b); break;
  case 265: TWO(OP_LINK, (int)a, b, (int)d, e); break;
  case 88: TWO(OP_SYMLINK, AT_FDCWD, a, AT_FDCWD, b); c->kind = LINKED; break;
  case 266: TWO(OP_SYMLINK, AT_FDCWD, a, (int)b, d); c->kind = LINKED; break;
  case 90: ONE(OP_CHMOD, AT_FDCWD, a); c->mode = b; break;
  case 268: case 452: ONE(OP_CHMOD, (int)a, b); c->mode = d; break;
  case 91: HELD(OP_CHMOD, (int)a); c->mode = b; break;
  case 92: case 94: ONE(OP_CHOWN, AT_FDCWD, a); c->mode = b; c->size = d; break;
  case 260: ONE(OP_CHOWN, (int)a, b); c->mode = d; c->size = e; break;
  case 93: HELD(OP_CHOWN, (int)a); c->mode = b; c->size = d; break;
  case 76: ONE(OP_TRUNCATE, AT_FDCWD, a); c->size = b; break;
  case 77: HELD(OP_TRUNCATE, (int)a); c->size = b; break;
  case 133: ONE(OP_MKNOD, AT_FDCWD, a); c->mode = b; break;
  case 259: ONE(OP_MKNOD, (int)a, b); c->mode = d; break;
  case 280: /* utimensat: only where it is refused */
    if (result < 0 && b) ONE(OP_UTIME, (int)a, b);
    break;
  case 188: case 189: case 197: case 198: ONE(OP_XATTR, AT_FDCWD, a); break;
  case 190: case 199: HELD(OP_XATTR, (int)a); break;
  /* What does not leave: connect sendto sendmsg sendmmsg; a plain write is one too */
  case 42: if (result == -1 || result == -13) REACH(a, b); break;
  case 44: if (result == -1 || result == -13) REACH(a, f); break;
  case 46: case 307:
    if (result == -1 || result == -13) {
      unsigned long name = 0; /* a msghdr begins with where its address is */
      bpf_probe_read_user(&name, sizeof name, (void *)b);
      REACH(a, name);
    }
    break;
  case 59: if (result < 0) ONE(OP_EXEC, AT_FDCWD, a); break; /* what succeeds is seen elsewhere */
  case 322: if (result < 0) ONE(OP_EXEC, (int)a, b); break;
  case 425: c->kind = BARE; c->op = OP_IO_URING; c->flags = 425; break;
  /* What an escape begins with; told where it is refused, by seccomp too: ptrace chroot
     pivot_root mount umount2 swapon init_module delete_module kexec_load keyctl unshare
     perf_event_open open_by_handle_at setns process_vm_readv process_vm_writev
     finit_module bpf userfaultfd socket open_tree move_mount fsopen fspick pidfd_getfd
     mount_setattr */
  case 101: case 161: case 155: case 165: case 166: case 167: case 175: case 176: case 246:
  case 250: case 272: case 298: case 304: case 308: case 310: case 311: case 313: case 321:
  case 41: case 323: case 428: case 429: case 430: case 433: case 438: case 442:
    if (result == -1) { c->kind = BARE; c->op = OP_DENIED; c->flags = regs->orig_ax; }
    break;
  }
}
