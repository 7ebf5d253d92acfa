// SPDX-License-Identifier: Dual MIT/GPL
/* The kernel side: one look at the end of each system call of an observed container. The
   arguments are still there then, strings are in memory, and the result is known. */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "calls_x86_64.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define S_IFMT 0170000
#define S_IFREG 0100000
#define S_IFSOCK 0140000
#define AF_INET 2
#define AF_INET6 10
#define CREATED 0x100000        /* FMODE_CREATED */
#define DEPTH 40                /* directories of one path */
#define WRITES_APART 250000000  /* ns between two events about one open file */

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, SLOTS);
  __type(key, __u32);
  __type(value, struct slot);
} slots SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct state);
} state SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, RING);
} ring SEC(".maps");

struct found { __u32 slot, epoch; }; /* slot + 1; 0 for a container that is not ours */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, __u32);
  __type(value, struct found);
} namespaces SEC(".maps");

struct dirty { __u64 last, made, bytes, inode; __u32 slot; };
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 16384);
  __type(key, __u64);
  __type(value, struct dirty);
} dirty_files SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct event);
} scratch SEC(".maps");

static __always_inline struct state *now_known(void) {
  __u32 zero = 0;
  return bpf_map_lookup_elem(&state, &zero);
}

/* ---- whose call is it ---- */

static __always_inline struct upid at_level(struct pid *pid, __u32 level) {
  struct upid up = {};
  const char *at = (const char *)pid + bpf_core_field_offset(struct pid, numbers);
  bpf_probe_read_kernel(&up, sizeof up, at + level * sizeof up);
  return up;
}

static __always_inline __u32 number_of_namespace(struct pid_namespace *space) {
  return BPF_CORE_READ(space, ns.inum);
}

static __always_inline int number_in(struct pid *pid, __u32 level) {
  struct upid up = at_level(pid, level);
  return up.nr;
}

struct search { char id[ID_LENGTH]; __u32 found; };

static long is_it(__u32 number, struct search *wanted) {
  struct slot *slot = bpf_map_lookup_elem(&slots, &number);
  if (!slot || !slot->id[0]) return 0;
  for (int i = 0; i < ID_LENGTH; i++)
    if (slot->id[i] != wanted->id[i]) return 0;
  wanted->found = number + 1;
  return 1;
}

/* By the cgroup of the namespace's first process: `<id>` where cgroupfs is used,
   `docker-<id>.scope` else. A process that enters a container is in its namespace before
   it is in its cgroup, so it is not asked itself; and the first one may not be there yet,
   which is NOT_YET. Not static, as `add_names`: the kernel's verifier then looks at it
   once, not at each use. */
#define NOT_YET 0xffffffff
__noinline __u32 search_slot(__u64 space_) {
  struct pid_namespace *space = (void *)space_;
  struct task_struct *task = BPF_CORE_READ(space, child_reaper);
  char name[32] = {};
  struct search wanted = {};
  struct cgroup_subsys_state *css;
  struct css_set *set = BPF_CORE_READ(task, cgroups);
  const char *at = (const char *)set + bpf_core_field_offset(struct css_set, subsys);
  __u32 index = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
  bpf_probe_read_kernel(&css, sizeof css, at + index * sizeof css);
  if (bpf_probe_read_kernel_str(name, sizeof name, BPF_CORE_READ(css, cgroup, kn, name)) < 0)
    return NOT_YET;
  if (name[0] == 'd' && name[6] == '-') __builtin_memcpy(wanted.id, name + 7, ID_LENGTH);
  else __builtin_memcpy(wanted.id, name, ID_LENGTH);
  for (int i = 0; i < ID_LENGTH; i++) {
    char c = wanted.id[i];
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return NOT_YET;
  }
  for (__u32 number = 0; number < SLOTS; number++)
    if (is_it(number, &wanted)) break;
  return wanted.found;
}

static __always_inline __u32 slot_of(struct task_struct *task, struct state *known) {
  if (task->thread_pid->level < known->level) return 0;
  struct pid *pid = BPF_CORE_READ(task, thread_pid);
  struct upid up = at_level(pid, known->level);
  __u32 space = number_of_namespace(up.ns);
  struct found *earlier = bpf_map_lookup_elem(&namespaces, &space);
  if (earlier && earlier->epoch == known->epoch) return earlier->slot;
  struct found fresh = {.epoch = known->epoch}; /* read first: what is added meanwhile counts */
  fresh.slot = search_slot((__u64)up.ns);
  if (fresh.slot == NOT_YET) return 0;
  bpf_map_update_elem(&namespaces, &space, &fresh, BPF_ANY);
  return fresh.slot;
}

/* Slot + 1 where the container has begun its own work; what prepares it is not it. */
static __always_inline __u32 live_slot(struct task_struct *task, struct state *known) {
  __u32 number = slot_of(task, known);
  if (!number) return 0;
  __u32 key = number - 1;
  struct slot *slot = bpf_map_lookup_elem(&slots, &key);
  return slot && slot->live == AT_WORK ? number : 0;
}

/* The number in the container of a process's session; 0 for one of the host's. */
static __always_inline __u32 session_of(struct task_struct *task, struct state *known) {
  struct pid *session;
  __u32 index = bpf_core_enum_value(enum pid_type, PIDTYPE_SID);
  const char *of = (const char *)BPF_CORE_READ(task, signal);
  of += bpf_core_field_offset(struct signal_struct, pids);
  if (bpf_probe_read_kernel(&session, sizeof session, of + index * sizeof session)) return 0;
  if (!session || BPF_CORE_READ(session, level) < known->level) return 0;
  return number_in(session, known->level);
}

/* True for a process that was not started in the container: its first, and what a human
   has the container engine run there. */
static __always_inline int came_from_outside(struct task_struct *task, struct state *known) {
  return BPF_CORE_READ(task, real_parent, thread_pid, level) < known->level;
}

/* ---- an event's parts ---- */

static __always_inline struct event *begin(struct task_struct *task, struct state *known,
                                           __u32 slot, int op, long result) {
  struct event *e = bpf_task_storage_get(&scratch, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!e) return 0;
  struct pid *pid = BPF_CORE_READ(task->group_leader, thread_pid);
  e->at = bpf_ktime_get_ns();
  e->bytes = e->size = e->inode = 0;
  e->slot = slot - 1;
  e->pid = task->tgid;
  e->inner_pid = number_in(pid, known->level);
  e->parent = task->real_parent->tgid;
  e->uid = bpf_get_current_uid_gid();
  e->flags = e->mode = 0;
  e->result = result;
  e->op = op;
  e->length[0] = e->length[1] = e->length[2] = e->length[3] = 0;
  bpf_get_current_comm(e->comm, sizeof e->comm);
  return e;
}

/* What must never be lost has a reserve of its own. */
static __always_inline int is_precious(struct event *e) {
  return e->result < 0 || e->op >= OP_EXEC;
}

/* A wake-up costs more than all else here, so there is one for a burst, not for an event. */
static __always_inline __u64 how_to_wake(struct slot *slot) {
  struct state *known = now_known();
  if (known && known->asleep) {
    known->asleep = 0;
    return BPF_RB_FORCE_WAKEUP;
  }
  return slot->made - slot->taken > QUOTA / 2 ? 0 : BPF_RB_NO_WAKEUP;
}

static __always_inline void send(struct event *e, __u32 used) {
  asm volatile("" : "+r"(used));
  used &= ROOM - 1;
  __u32 key = e->slot;
  __u64 size = __builtin_offsetof(struct event, text) + used;
  struct slot *slot = bpf_map_lookup_elem(&slots, &key);
  if (!slot) return;
  __u64 cost = (size + 15) & ~7ull, limit = QUOTA + (is_precious(e) ? RESERVE : 0);
  if (slot->made - slot->taken + cost > limit || bpf_ringbuf_output(&ring, e, size, how_to_wake(slot)))
    __sync_fetch_and_add(&slot->lost, 1);
  else
    __sync_fetch_and_add(&slot->made, cost);
}

/* The names up to the root, leaf first; returns the place behind them. */
__noinline __u32 add_names(struct event *e, __u32 used, __u64 dentry_, __u64 mnt_) {
  if (!e) return 0;
  __u64 dentry = dentry_, mount = mnt_ - bpf_core_field_offset(struct mount, mnt);
  __u64 root = (__u64)BPF_CORE_READ((struct mount *)mount, mnt.mnt_root);
  /* Parent and name lie close together: one read instead of two, for each directory. */
  __u32 from = bpf_core_field_offset(struct dentry, d_parent);
  __u32 apart = bpf_core_field_offset(struct dentry, d_name.name) - from;
  for (int i = 0; i < DEPTH; i++) {
    __u64 near[3], parent, name;
    bpf_probe_read_kernel(near, sizeof near, (void *)(dentry + from));
    parent = near[0];
    if (apart == 16) name = near[2];
    else if (apart == 8) name = near[1];
    else name = (__u64)BPF_CORE_READ((struct dentry *)dentry, d_name.name);
    if (dentry == root || dentry == parent) {
      __u64 above = (__u64)BPF_CORE_READ((struct mount *)mount, mnt_parent);
      if (dentry != root || above == mount) break;
      dentry = (__u64)BPF_CORE_READ((struct mount *)mount, mnt_mountpoint);
      mount = above;
      root = (__u64)BPF_CORE_READ((struct mount *)mount, mnt.mnt_root);
      continue;
    }
    if (used > ROOM - 257) break;
    long n = bpf_probe_read_kernel_str(e->text + used, 256, (void *)name);
    if (n <= 0 || n > 256) break;
    used += n;
    dentry = parent;
  }
  return used;
}

static __always_inline struct file *file_of(struct task_struct *task, int fd) {
  struct fdtable *table = task->files->fdt;
  struct file *file = 0;
  if (fd < 0 || (unsigned)fd >= table->max_fds) return 0;
  bpf_probe_read_kernel(&file, sizeof file, BPF_CORE_READ(table, fd) + fd);
  return file;
}

static __always_inline struct inode *inode_of(struct file *file) {
  return BPF_CORE_READ(file, f_inode);
}

static __always_inline __u32 how_opened(struct file *file) {
  return BPF_CORE_READ(file, f_mode);
}

static __always_inline __u64 number_of(struct inode *inode) {
  return BPF_CORE_READ(inode, i_ino);
}

static __always_inline __u64 size_of(struct inode *inode) {
  return BPF_CORE_READ(inode, i_size);
}

static __always_inline __u32 mode_of(struct inode *inode) {
  return BPF_CORE_READ(inode, i_mode);
}

static __always_inline int is_regular(struct inode *inode) {
  return (mode_of(inode) & S_IFMT) == S_IFREG;
}

/* Pipes, memory files and private mounts are nobody's business. */
static __always_inline int is_in_the_tree(struct file *file) {
  struct mount *mount = (void *)((__u64)BPF_CORE_READ(file, f_path.mnt) -
                                 bpf_core_field_offset(struct mount, mnt));
  unsigned long space = (unsigned long)BPF_CORE_READ(mount, mnt_ns);
  return space && space < (unsigned long)-4096;
}

static __always_inline __u32 add_file(struct event *e, __u32 used, struct file *file, int at) {
  __u32 after = add_names(e, used, (__u64)BPF_CORE_READ(file, f_path.dentry),
                          (__u64)BPF_CORE_READ(file, f_path.mnt));
  e->length[at] = after - used;
  return after;
}

static __always_inline __u32 add_working_directory(struct event *e, struct task_struct *task,
                                                   __u32 used, int at) {
  __u32 after = add_names(e, used, (__u64)BPF_CORE_READ(task, fs, pwd.dentry),
                          (__u64)BPF_CORE_READ(task, fs, pwd.mnt));
  e->length[at] = after - used;
  return after;
}

static __always_inline __u32 add_text(struct event *e, __u32 used, const char *text, int at) {
  asm volatile("" : "+r"(used));
  used &= ROOM - 1;
  if (used > ROOM - TEXT) return used;
  long n = bpf_probe_read_user_str(e->text + used, TEXT, text);
  if (n <= 0 || n > TEXT) return used;
  e->length[at] = n;
  return used + n;
}

static __always_inline __u32 add_path(struct event *e, struct task_struct *task, __u32 used,
                                      int at, int dir, const char *path) {
  char first = 0;
  bpf_probe_read_user(&first, 1, path);
  if (first != '/') {
    struct file *file = dir == AT_FDCWD ? 0 : file_of(task, dir);
    if (dir == AT_FDCWD) used = add_working_directory(e, task, used, at);
    else if (file) used = add_file(e, used, file, at);
  }
  return add_text(e, used, path, at + 1);
}

/* ---- the calls ---- */

struct look { struct file *file; struct inode *inode; __u64 number; };

static __always_inline void about_file(struct task_struct *task, struct state *known,
                                       __u32 slot, struct call *c, struct look *at,
                                       long result, __u64 bytes) {
  struct event *e = begin(task, known, slot, c->op, result);
  if (!e) return;
  e->flags = c->flags;
  e->mode = c->mode;
  e->bytes = bytes;
  e->size = c->size ? c->size : size_of(at->inode);
  e->inode = at->number;
  send(e, c->kind == NOTHING ? 0 : add_file(e, 0, at->file, 0));
}

/* Each write counts; an event is made of the first, and of one in a while. */
static __always_inline void wrote(struct task_struct *task, struct state *known,
                                  struct call *c, long result) {
  __u32 slot = live_slot(task, known);
  if (!slot) return;
  struct look at = {.file = file_of(task, c->dir)};
  at.inode = at.file ? inode_of(at.file) : 0;
  if (!at.inode || !is_regular(at.inode)) return;
  at.number = number_of(at.inode);
  __u64 key = (__u64)at.file, now = bpf_ktime_get_ns();
  __u64 bytes = c->kind == WRITTEN ? result : 0;
  struct dirty *before = bpf_map_lookup_elem(&dirty_files, &key);
  if (before && before->inode == at.number && c->kind == WRITTEN) {
    before->bytes += bytes;
    if (now - before->last < WRITES_APART) return;
    before->last = now;
    bytes = before->bytes;
  } else {
    if (!is_in_the_tree(at.file)) return;
    struct dirty fresh = {.last = now, .bytes = bytes, .inode = at.number, .slot = slot};
    bpf_map_update_elem(&dirty_files, &key, &fresh, BPF_ANY);
  }
  about_file(task, known, slot, c, &at, 0, bytes);
}

static __always_inline void opened(struct task_struct *task, struct state *known,
                                   struct call *c, long result) {
  if (!(c->flags & (O_ACCMODE | O_CREAT | O_TRUNC))) return;
  __u32 slot = live_slot(task, known);
  if (!slot) return;
  struct look at = {.file = file_of(task, result)};
  if (!at.file) return;
  int is_new = how_opened(at.file) & CREATED;
  if (!is_new && !(c->flags & O_TRUNC)) return;
  at.inode = inode_of(at.file);
  if (!is_regular(at.inode)) return;
  at.number = number_of(at.inode);
  __u64 key = (__u64)at.file, now = bpf_ktime_get_ns();
  struct dirty fresh = {.last = now, .made = now, .slot = slot, .inode = at.number};
  bpf_map_update_elem(&dirty_files, &key, &fresh, BPF_ANY);
  c->op = is_new ? OP_CREATE : OP_TRUNCATE;
  c->mode = mode_of(at.inode);
  about_file(task, known, slot, c, &at, 0, 0);
}

/* EPERM EACCES ETXTBSY EFBIG ENOSPC EROFS EDQUOT: denied, or there was no room. */
static __always_inline int is_refusal(long result) {
  return result == -1 || result == -13 || result == -26 || result == -27 || result == -28 ||
         result == -30 || result == -122;
}

static __always_inline void with_paths(struct task_struct *task, struct state *known,
                                       struct call *c, long result) {
  __u32 slot = live_slot(task, known), used = 0;
  if (!slot) return;
  struct event *e = begin(task, known, slot, c->op, result);
  if (!e) return;
  e->flags = c->flags;
  e->mode = c->mode;
  e->bytes = c->bytes;
  e->size = c->size;
  if (c->kind == LINKED) used = add_text(e, 0, c->path, 1);
  else if (c->kind != BARE) used = add_path(e, task, 0, 0, c->dir, c->path);
  if (c->kind == LINKED || c->kind == PATHS)
    used = add_path(e, task, used, 2, c->other_dir, c->other_path);
  send(e, used);
}

/* ---- what did not leave ---- */

struct address { __u16 family, port; __u32 four; __u64 six[2]; }; /* as a sockaddr lies */

/* Where it should have gone: as the program said it now, or when it connected. */
static __always_inline void find_address(struct file *file, struct call *c) {
  struct address to = {};
  if (c->path) {
    bpf_probe_read_user(&to, 8, c->path);
    if (to.family == AF_INET6) bpf_probe_read_user(to.six, sizeof to.six, c->path + 8);
  } else {
    struct socket *socket = BPF_CORE_READ(file, private_data);
    struct sock *sock = BPF_CORE_READ(socket, sk);
    to.family = BPF_CORE_READ(sock, __sk_common.skc_family);
    to.port = BPF_CORE_READ(sock, __sk_common.skc_dport);
    to.four = BPF_CORE_READ(sock, __sk_common.skc_daddr);
    if (to.family == AF_INET6 && bpf_core_field_exists(sock->__sk_common.skc_v6_daddr)) {
      const char *at = (const char *)sock;
      at += bpf_core_field_offset(struct sock, __sk_common.skc_v6_daddr);
      bpf_probe_read_kernel(to.six, sizeof to.six, at);
    }
  }
  int is_six = to.family == AF_INET6;
  c->mode = (__u32)to.family << 16;
  if (!is_six && to.family != AF_INET) return; /* of this machine: no way out */
  c->mode |= __builtin_bswap16(to.port);
  c->bytes = is_six ? to.six[0] : 0;
  c->size = is_six ? to.six[1] : to.four;
}

static __always_inline void reached(struct task_struct *task, struct state *known,
                                    struct call *c, long result) {
  struct file *file = live_slot(task, known) ? file_of(task, c->dir) : 0;
  if (!file || (mode_of(inode_of(file)) & S_IFMT) != S_IFSOCK) return;
  find_address(file, c);
  c->kind = BARE;
  c->op = OP_REACH;
  with_paths(task, known, c, result);
}

/* The loader says a word that only it knows, so that its own depth becomes known. */
static __always_inline void learn_level(struct task_struct *task, struct state *known,
                                        struct pt_regs *regs) {
  if (known->secret && NUMBER(regs) == CALL_PRCTL && (__u32)regs->di == known->secret) {
    known->level = BPF_CORE_READ(task, thread_pid, level);
    known->has_level = 1;
  }
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_exit_of_call, struct pt_regs *regs, long result) {
  struct task_struct *task = (void *)bpf_get_current_task_btf();
  struct state *known = now_known();
  struct call c = {.dir = AT_FDCWD, .other_dir = AT_FDCWD};
  if (!known) return 0;
  if (!known->has_level) {
    learn_level(task, known, regs);
    return 0;
  }
  if (task->thread_pid->level < known->level) return 0;
  if (IS_COMPAT(task->thread_info.status)) {
    c.kind = BARE;
    c.op = OP_COMPAT;
    c.flags = NUMBER(regs);
  } else {
    decode(regs, result, &c);
  }
  switch (c.kind) {
  case NOTHING: return 0;
  case WRITTEN:
    if (result > 0) wrote(task, known, &c, result);
    if (result == -1) { c.flags = NUMBER(regs); reached(task, known, &c, result); }
    return 0;
  case REACHED: reached(task, known, &c, result); return 0;
  case CHANGED: if (result >= 0) wrote(task, known, &c, 0); return 0;
  case MAPPED: if (result >= 0 || result < -4095) wrote(task, known, &c, 0); return 0;
  case OPENED: if (result >= 0) { opened(task, known, &c, result); return 0; }
    if (!(c.flags & (O_ACCMODE | O_CREAT | O_TRUNC)) && result != -13 && result != -1) return 0;
    break;
  default: break;
  }
  /* A program that is not there (ENOENT) says what a task's image lacks. */
  if (result < 0 && !is_refusal(result) && !(result == -2 && c.op == OP_EXEC)) return 0;
  if (c.kind == OF_FILE) {
    __u32 slot = live_slot(task, known);
    struct look at = {.file = slot ? file_of(task, c.dir) : 0};
    if (!at.file || !is_in_the_tree(at.file)) return 0;
    at.inode = inode_of(at.file);
    at.number = number_of(at.inode);
    about_file(task, known, slot, &c, &at, result, 0);
    return 0;
  }
  with_paths(task, known, &c, result);
  return 0;
}

/* At its end the file is gone; at its beginning it can still be asked. */
SEC("tp_btf/sys_enter")
int BPF_PROG(on_close, struct pt_regs *regs, long number) {
  int fd = CLOSED_FILE(regs, number);
  if (fd < 0) return 0;
  struct task_struct *task = (void *)bpf_get_current_task_btf();
  struct state *known = now_known();
  if (!known || !known->has_level) return 0;
  if (task->thread_pid->level < known->level) return 0;
  struct look at = {.file = file_of(task, fd)};
  __u64 key = (__u64)at.file;
  struct dirty *before = at.file ? bpf_map_lookup_elem(&dirty_files, &key) : 0;
  if (!before) return 0;
  __u64 bytes = before->bytes, inode = before->inode, made = before->made;
  __u32 slot = before->slot;
  bpf_map_delete_elem(&dirty_files, &key);
  /* The loader still holds a file this young, and needs no second path. */
  int is_young = made && bpf_ktime_get_ns() - made < HELD_NS;
  struct call c = {.op = OP_CLOSE, .kind = is_young ? NOTHING : OF_FILE};
  at.inode = inode_of(at.file);
  at.number = number_of(at.inode);
  if (inode == at.number) about_file(task, known, slot, &c, &at, 0, bytes);
  return 0;
}

/* ---- programs ---- */

/* The program of a namespace's first process is its first: what is known of its number is
   known of an earlier one. That was forgotten at its end, but what the kernel ended after
   its first process has been looked up once more. */
static __always_inline void forget_the_last_of_its_number(struct task_struct *task,
                                                          struct state *known) {
  struct pid *pid = BPF_CORE_READ(task, thread_pid);
  if (!pid || BPF_CORE_READ(pid, level) < known->level) return;
  struct upid up = at_level(pid, known->level);
  __u32 space = number_of_namespace(up.ns);
  if (up.nr == 1) bpf_map_delete_elem(&namespaces, &space);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *program) {
  struct state *known = now_known();
  if (!known || !known->has_level) return 0;
  forget_the_last_of_its_number(task, known);
  __u32 slot = slot_of(task, known), key = slot - 1;
  struct slot *its = slot ? bpf_map_lookup_elem(&slots, &key) : 0;
  if (!its) return 0;
  its->live = AT_WORK;
  struct event *e = begin(task, known, slot, OP_EXEC, 0);
  if (!e) return 0;
  e->flags = came_from_outside(task, known);
  e->mode = session_of(task, known);
  __u32 used = add_file(e, 0, program->file, 0);
  if (used <= ROOM - TEXT) used = add_working_directory(e, task, used, 2);
  unsigned long from = BPF_CORE_READ(task, mm, arg_start), to = BPF_CORE_READ(task, mm, arg_end);
  unsigned long size = to - from > TEXT ? TEXT : to - from;
  asm volatile("" : "+r"(used));
  used &= ROOM - 1;
  if (used <= ROOM - TEXT && size > 0 && size <= TEXT &&
      !bpf_probe_read_user(e->text + used, size, (void *)from)) {
    e->length[3] = size;
    used += size;
  }
  send(e, used);
  return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task) {
  struct state *known = now_known();
  if (!known || !known->has_level || task->pid != task->tgid) return 0;
  struct pid *pid = BPF_CORE_READ(task, thread_pid);
  if (!pid || BPF_CORE_READ(pid, level) < known->level) return 0;
  __u32 slot = slot_of(task, known), key = slot - 1;
  struct slot *its = slot ? bpf_map_lookup_elem(&slots, &key) : 0;
  /* What the kernel ends with the first process is told, too. */
  struct event *e = its && its->live ? begin(task, known, slot, OP_EXIT, 0) : 0;
  if (e) {
    e->flags = BPF_CORE_READ(task, exit_code);
    e->mode = session_of(task, known);
    send(e, 0);
  }
  if (number_in(pid, known->level) != 1) return 0;
  /* The kernel may give the namespace's number to a stranger at once. */
  struct upid up = at_level(pid, known->level);
  __u32 space = number_of_namespace(up.ns);
  bpf_map_delete_elem(&namespaces, &space);
  if (its && its->live) its->live = ENDED;
  return 0;
}
