/* The loader: attaches the kernel side, gives up every capability, and writes what it is
   told. Commands come by standard input, one a line, and what it has to say goes to
   standard output as lines of JSON:

     add ID     observe the container of these 12 hex digits, from its first program on
     join ID    the same for one that runs already
     drop ID    observe it no more
     list       say whom it observes

   Events go to files (files.h); "grew" says that one of them did. */
#include "files.h"
#include "lines.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define HELD 1024         /* new files whose writes are still awaited */
#define HELD_MS 60        /* a little longer than the kernel side counts on (HELD_NS) */
#define NOTICE_MS 20      /* between two flushes */
#define TICK_MS 10        /* between two looks at the ring while something happens */
#define CALM_MS 200       /* without an event, after which the kernel has to wake us */

extern const char object_begin[], object_end[];
__asm__(".section .rodata\n.global object_begin\n.global object_end\n"
        "object_begin: .incbin \"sensor.bpf.o\"\nobject_end: .byte 0\n.previous");

static struct slot *slots;
static struct state *state;
static struct out_file files[SLOTS];
static unsigned long long told_lost[SLOTS];
static struct ring_buffer *ring;
static long long since;

static long long now_ms(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* ---- a new file, its writes and its end are one line ---- */

static struct event held[HELD];
static short order[HELD], unused[HELD]; /* the oldest first; those that are free */
static int held_count;

static void print(const struct event *e) {
  static char room[LINE];
  if (files[e->slot].id[0]) file_add(&files[e->slot], room, line_of(e, since, room));
}

static void hold(const struct event *e, size_t size) {
  short at = unused[HELD - 1 - held_count];
  memcpy(&held[at], e, size);
  order[held_count++] = at;
}

static void let_go(int place) {
  short at = order[place];
  print(&held[at]);
  memmove(&order[place], &order[place + 1], sizeof order[0] * (--held_count - place));
  unused[HELD - 1 - held_count] = at;
}

/* Those that began before a moment, or all of one slot. */
static void release(unsigned long long before, int slot) {
  for (int place = 0; place < held_count;) {
    const struct event *e = &held[order[place]];
    if (e->at < before || (int)e->slot == slot) let_go(place);
    else place++;
  }
}

/* Whether it was told with a file that is still held. */
static int joins_held(const struct event *e) {
  for (int place = held_count - 1; place >= 0; place--) {
    struct event *known = &held[order[place]];
    if (known->slot != e->slot || known->inode != e->inode || known->pid != e->pid) continue;
    known->bytes = e->bytes;
    known->size = e->size;
    if (e->op == OP_CLOSE) let_go(place);
    return 1;
  }
  return 0;
}

static int on_event(void *context, void *data, size_t size) {
  const struct event *e = data;
  (void)context;
  if (e->slot >= SLOTS) return 0;
  slots[e->slot].taken += (size + 15) & ~7ull;
  int begins = (e->op == OP_CREATE || e->op == OP_TRUNCATE) && e->mode && !e->result;
  int goes_on = e->op == OP_WRITE || e->op == OP_CLOSE;
  if (begins) {
    if (held_count == HELD) let_go(0);
    hold(e, size);
  } else if (!goes_on || !joins_held(e)) {
    print(e);
  }
  return 0;
}

/* ---- commands ---- */

static int slot_of(const char *id) {
  for (int i = 0; i < SLOTS; i++)
    if (!strncmp(slots[i].id, id, ID_LENGTH)) return i;
  return -1;
}

static void add(const char *id, int runs) {
  int slot = slot_of(id);
  for (int i = 0; slot < 0 && i < SLOTS; i++)
    if (!slots[i].id[0]) slot = i;
  if (slot < 0) {
    printf("{\"op\":\"full\",\"id\":\"%s\"}\n", id);
    return;
  }
  if (!files[slot].id[0]) {
    slots[slot].made = slots[slot].taken = slots[slot].lost = told_lost[slot] = 0;
    file_begin(&files[slot], id);
    memcpy(slots[slot].id, id, ID_LENGTH);
  }
  if (runs) slots[slot].live = AT_WORK;
  __sync_fetch_and_add(&state->epoch, 1);
  printf("{\"op\":\"added\",\"id\":\"%s\",\"writes\":%s}\n", id,
         files[slot].fd >= 0 ? "true" : "false");
}

static void drop(const char *id) {
  int slot = slot_of(id);
  if (slot < 0) return;
  ring_buffer__consume(ring);
  release(0, slot);
  slots[slot].live = PREPARED;
  memset(slots[slot].id, 0, ID_LENGTH);
  __sync_fetch_and_add(&state->epoch, 1);
  file_end(&files[slot]);
  printf("{\"op\":\"dropped\",\"id\":\"%s\"}\n", id);
}

static void list(void) {
  const char *comma = "";
  printf("{\"op\":\"slots\",\"ids\":[");
  for (int i = 0; i < SLOTS; i++) {
    if (!slots[i].id[0]) continue;
    printf("%s\"%.*s\"", comma, ID_LENGTH, slots[i].id);
    comma = ",";
  }
  printf("]}\n");
}

static void obey(char *line) {
  if (!strcmp(line, "list")) list();
  char verb[8] = "", id[ID_LENGTH + 1] = "";
  if (sscanf(line, "%7s %12s", verb, id) != 2 || strlen(id) != ID_LENGTH ||
      strspn(id, "0123456789abcdef") != ID_LENGTH)
    return;
  if (!strcmp(verb, "add")) add(id, 0);
  if (!strcmp(verb, "join")) add(id, 1);
  if (!strcmp(verb, "drop")) drop(id);
}

/* 0 at the end of standard input. */
static int read_commands(void) {
  static char room[4096];
  static size_t used;
  ssize_t n = read(0, room + used, sizeof room - 1 - used);
  if (n <= 0) return n < 0 && errno == EINTR;
  room[used += n] = 0;
  for (char *end; (end = strchr(room, '\n'));) {
    *end = 0;
    obey(room);
    used -= end + 1 - room;
    memmove(room, end + 1, used + 1);
  }
  if (used == sizeof room - 1) used = 0;
  return 1;
}

/* ---- beginning ---- */

static void *shared(struct bpf_object *object, const char *name, size_t size) {
  int fd = bpf_object__find_map_fd_by_name(object, name);
  void *at = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) {
    perror(name);
    exit(1);
  }
  return at;
}

static struct ring_buffer *attach(void) {
  struct bpf_object *object = bpf_object__open_mem(object_begin, object_end - object_begin, 0);
  struct bpf_program *program;
  if (!object || bpf_object__load(object)) {
    fprintf(stderr, "the kernel takes no program of ours: %s\n", strerror(errno));
    exit(1);
  }
  slots = shared(object, "slots", sizeof(struct slot) * SLOTS);
  state = shared(object, "state", sizeof(struct state));
  bpf_object__for_each_program(program, object) {
    if (!bpf_program__attach(program)) {
      fprintf(stderr, "%s is not attached: %s\n", bpf_program__name(program), strerror(errno));
      exit(1);
    }
  }
  int fd = bpf_object__find_map_fd_by_name(object, "ring");
  return ring_buffer__new(fd, on_event, 0, 0);
}

static void tell_level(void) {
  unsigned secret = 0;
  if (getrandom(&secret, sizeof secret, 0) != sizeof secret) exit(1);
  state->secret = secret | 1u << 30;
  prctl((int)state->secret, 0, 0, 0, 0);
  state->secret = 0;
  if (!state->has_level) {
    fprintf(stderr, "our own depth could not be learnt\n");
    exit(1);
  }
}

static void give_up_capabilities(void) {
  struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0}};
  if (syscall(SYS_capset, &head, none)) {
    perror("capset");
    exit(1);
  }
}

static int is_waiting(void) {
  for (int i = 0; i < SLOTS; i++)
    if (files[i].waiting) return 1;
  return 0;
}

static void tell_growth(void) {
  for (int i = 0; i < SLOTS; i++) {
    if (!files[i].id[0]) continue;
    int grew = file_flush(&files[i]);
    if (grew > 0) printf("{\"op\":\"grew\",\"id\":\"%s\"}\n", files[i].id);
    if (grew < 0) printf("{\"op\":\"full_disk\",\"id\":\"%s\"}\n", files[i].id);
    if (slots[i].lost != told_lost[i]) {
      told_lost[i] = slots[i].lost;
      printf("{\"op\":\"lost\",\"id\":\"%s\",\"events\":%llu}\n", files[i].id, told_lost[i]);
    }
  }
}

/* From here on the kernel wakes us; whether something came just before. */
static int has_come(void) {
  state->asleep = 1;
  __sync_synchronize();
  return ring_buffer__consume(ring) > 0;
}

static int rest_ms(void) {
  return is_waiting() ? NOTICE_MS : held_count ? HELD_MS : 1000;
}

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  for (int i = 0; i < HELD; i++) unused[i] = i;
  since = (now_ms(CLOCK_REALTIME) - now_ms(CLOCK_MONOTONIC)) * 1000000;
  ring = attach();
  if (!ring) {
    perror("ring");
    return 1;
  }
  tell_level();
  give_up_capabilities();
  printf("{\"op\":\"ready\",\"level\":%u}\n", state->level);
  fflush(stdout);
  for (long long flushed = 0, told = 0;;) {
    int is_calm = now_ms(CLOCK_MONOTONIC) - told >= CALM_MS;
    if (is_calm && has_come()) told = now_ms(CLOCK_MONOTONIC), is_calm = 0;
    struct pollfd from[2] = {{0, POLLIN, 0}, {ring_buffer__epoll_fd(ring), POLLIN, 0}};
    if (poll(from, 1 + is_calm, is_calm ? rest_ms() : TICK_MS) < 0 && errno != EINTR) return 1;
    state->asleep = 0;
    long long now = now_ms(CLOCK_MONOTONIC);
    if (ring_buffer__consume(ring) > 0) told = now;
    release((now - HELD_MS) * 1000000ull, -1);
    if (from[0].revents && !read_commands()) return 0;
    if (now - flushed >= NOTICE_MS) tell_growth(), flushed = now;
    fflush(stdout);
  }
}
