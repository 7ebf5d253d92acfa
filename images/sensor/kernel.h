/* The few kernel types that are read. Their layout here means nothing: the loader looks
   every field up in the running kernel's own type information (CO-RE). */
#pragma once
#include <linux/types.h>
#include <linux/bpf.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common { unsigned int inum; };
struct task_struct;
struct pid_namespace { struct ns_common ns; struct task_struct *child_reaper; };
struct upid { int nr; struct pid_namespace *ns; };
struct pid { unsigned int level; struct upid numbers[1]; };

struct qstr { const unsigned char *name; };
struct inode { unsigned short i_mode; unsigned long i_ino; long long i_size; };
struct dentry { struct dentry *d_parent; struct qstr d_name; };
struct vfsmount { struct dentry *mnt_root; };
struct mount {
  struct mount *mnt_parent;
  struct dentry *mnt_mountpoint;
  struct vfsmount mnt;
  void *mnt_ns;
};
struct path { struct vfsmount *mnt; struct dentry *dentry; };
struct file {
  unsigned int f_mode;
  struct inode *f_inode;
  struct path f_path;
  void *private_data;
};
struct in6_addr { char first; };
struct sock_common {
  unsigned int skc_daddr;
  unsigned short skc_dport, skc_family;
  struct in6_addr skc_v6_daddr;
};
struct sock { struct sock_common __sk_common; };
struct socket { struct sock *sk; };
struct fdtable { unsigned int max_fds; struct file **fd; };
struct files_struct { struct fdtable *fdt; };
struct fs_struct { struct path pwd; };

struct kernfs_node { const char *name; };
struct cgroup { struct kernfs_node *kn; };
struct cgroup_subsys_state { struct cgroup *cgroup; };
struct css_set { struct cgroup_subsys_state *subsys[1]; };
enum cgroup_subsys_id { pids_cgrp_id };

enum pid_type { PIDTYPE_SID = 3 };
struct signal_struct { struct pid *pids[1]; };
struct mm_struct { unsigned long arg_start, arg_end; };
struct thread_info { unsigned int status; };
struct task_struct {
  struct thread_info thread_info;
  int pid, tgid, exit_code;
  struct pid *thread_pid;
  struct task_struct *group_leader, *real_parent;
  struct css_set *cgroups;
  struct fs_struct *fs;
  struct files_struct *files;
  struct mm_struct *mm;
  struct signal_struct *signal;
};
struct linux_binprm { struct file *file; };

#pragma clang attribute pop
