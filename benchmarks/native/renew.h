/*
 * How a thread of the pool becomes a fresh one: it hands what it caches back to the allocator, as it would on its
 * exit, and begins anew with its next call. `Part.leave` in TypeScript.
 *
 * mimalloc and tcmalloc have functions that do just what they do on the exit of a thread; jemalloc flushes the
 * thread's cache. The C library has nothing that leaves the thread usable: its cache stays, which is in its favour.
 */

__attribute__((weak)) void mi_thread_done(void);
__attribute__((weak)) void MallocExtension_MarkThreadIdle(void);

static void renew(void) {
  if (mi_thread_done)
    mi_thread_done();
  else if (MallocExtension_MarkThreadIdle)
    MallocExtension_MarkThreadIdle();
  else if (mallctl)
    mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
}
