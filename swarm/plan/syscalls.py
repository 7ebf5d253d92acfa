"""Names of the x86-64 system calls that the sensor tells by number when refused.

As in `images/sensor/calls_x86_64.h`, whose order this follows.
"""

NAMES = {
    101: "ptrace",
    161: "chroot",
    155: "pivot_root",
    165: "mount",
    166: "umount2",
    167: "swapon",
    175: "init_module",
    176: "delete_module",
    246: "kexec_load",
    250: "keyctl",
    272: "unshare",
    298: "perf_event_open",
    304: "open_by_handle_at",
    308: "setns",
    310: "process_vm_readv",
    311: "process_vm_writev",
    313: "finit_module",
    321: "bpf",
    323: "userfaultfd",
    425: "io_uring_setup",
    428: "open_tree",
    429: "move_mount",
    430: "fsopen",
    433: "fspick",
    438: "pidfd_getfd",
    442: "mount_setattr",
}
