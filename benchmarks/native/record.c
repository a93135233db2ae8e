/*
 * Records what a program does with blocks of 64 KiB and more: an LD_PRELOAD shim around malloc and free of glibc.
 * `learning/record.ts` compiles it, runs a program under it and reads the logs; nothing else depends on it.
 *
 * Each process appends events to a file of its own, NAME.PID, mapped shared, so that nothing is lost however the
 * process ends. Word 0 counts the events. A free is noted by the usable size of the block, which spares a table of
 * live blocks; that of a block of a little less than 64 KiB may be noted too, and is ignored by the reader, which
 * saw no allocation. A forked child that does not exec records nothing: its addresses would mean other blocks.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

enum { LEAST = 65536, EVENTS = 1 << 22 };

/* old: 0 of an allocation; new and size: 0 of a free. site: the caller's address. */
struct event {
  uint64_t old, new, size, site;
};

static struct {
  _Atomic uint64_t count;
  uint64_t unused[3];
  struct event events[EVENTS];
} *log_;

static void stop(void) { log_ = NULL; }

__attribute__((constructor)) static void start(void) {
  const char *name = getenv("HAKMEM_RECORD");
  char path[4096];
  if (name == NULL || snprintf(path, sizeof path, "%s.%d", name, getpid()) >= (int)sizeof path) return;
  int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return;
  if (ftruncate(file, sizeof *log_) == 0) {
    void *map = mmap(NULL, sizeof *log_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file, 0);
    if (map != MAP_FAILED) log_ = map;
  }
  close(file);
  pthread_atfork(NULL, NULL, stop);
}

static void note(void *old, void *new, size_t size, void *site) {
  if (log_ == NULL) return;
  uint64_t k = atomic_fetch_add(&log_->count, 1);
  if (k < EVENTS)
    log_->events[k] = (struct event){(uintptr_t)old, (uintptr_t)new, new == NULL ? 0 : size, (uintptr_t)site};
}

static int is_large(void *p) { return p != NULL && malloc_usable_size(p) >= LEAST; }

void *malloc(size_t size) {
  void *p = __libc_malloc(size);
  if (size >= LEAST && p != NULL) note(NULL, p, size, __builtin_return_address(0));
  return p;
}

void *calloc(size_t count, size_t size) {
  void *p = __libc_calloc(count, size);
  if (p != NULL && count * size >= LEAST) note(NULL, p, count * size, __builtin_return_address(0));
  return p;
}

/* The old block is noted as freed before it is: another thread may have its address as soon as it is. */
void free(void *p) {
  if (is_large(p)) note(p, NULL, 0, NULL);
  __libc_free(p);
}

void *realloc(void *old, size_t size) {
  int was_large = is_large(old);
  if (was_large && size < LEAST) note(old, NULL, 0, NULL);
  void *p = __libc_realloc(old, size);
  if (p != NULL && size >= LEAST) note(was_large ? old : NULL, p, size, __builtin_return_address(0));
  return p;
}

void *memalign(size_t alignment, size_t size) {
  void *p = __libc_memalign(alignment, size);
  if (size >= LEAST && p != NULL) note(NULL, p, size, __builtin_return_address(0));
  return p;
}

void *aligned_alloc(size_t alignment, size_t size) {
  void *p = __libc_memalign(alignment, size);
  if (size >= LEAST && p != NULL) note(NULL, p, size, __builtin_return_address(0));
  return p;
}

int posix_memalign(void **out, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *p = __libc_memalign(alignment, size);
  if (p == NULL) return ENOMEM;
  if (size >= LEAST) note(NULL, p, size, __builtin_return_address(0));
  *out = p;
  return 0;
}
