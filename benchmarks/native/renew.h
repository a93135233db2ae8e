/*
 * How a thread of the pool becomes a fresh one: it hands what it caches back to the allocator, as it would on its
 * exit, and begins anew with its next call. `Part.leave` in TypeScript.
 *
 * mimalloc and tcmalloc have functions that do just what they do on the exit of a thread; jemalloc gives up the
 * thread's cache when it is switched off. The C library has nothing that leaves the thread usable: its cache stays,
 * which is in its favour. Emscripten's other allocators have no caches.
 */

__attribute__((weak)) void mi_thread_done(void);
__attribute__((weak)) void MallocExtension_MarkThreadIdle(void);

/* Whether it does anything, or there is nothing to do. */
static bool renews(void) {
#ifdef __EMSCRIPTEN__
  return true;
#else
  return mi_thread_done || MallocExtension_MarkThreadIdle || mallctl;
#endif
}

static void renew(void) {
  if (mi_thread_done)
    mi_thread_done();
  else if (MallocExtension_MarkThreadIdle)
    MallocExtension_MarkThreadIdle();
  else if (mallctl) {
    bool off = false, on = true;
    mallctl("thread.tcache.enabled", NULL, NULL, &off, sizeof off);
    mallctl("thread.tcache.enabled", NULL, NULL, &on, sizeof on);
  }
}
