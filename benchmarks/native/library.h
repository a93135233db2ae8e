/*
 * Which allocator the program was linked to, in which version, and how it is set: it asks the allocator itself, since
 * a benchmark of the wrong one, or of one that ignored its settings, has happened to others.
 *
 * `say_hello` prints the first answer of the protocol. `say_settings` prints one setting a line for
 * src/peers/libraries.ts to read; it allocates, so it has a run of its own. (mimalloc prints its settings by itself, on
 * standard error, when MIMALLOC_VERBOSE is set.)
 */

#ifndef LIBRARY_H
#define LIBRARY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* Each of these one allocator has alone: whether it has an address tells which one is linked. */
__attribute__((weak)) int mi_version(void);
__attribute__((weak)) int mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size);
__attribute__((weak)) const char *tc_version(int *major, int *minor, const char **patch);
__attribute__((weak)) const char *gnu_get_libc_version(void);

#ifdef __EMSCRIPTEN__

__attribute__((weak)) int emmalloc_validate_memory_regions(void);
__attribute__((weak)) size_t malloc_max_footprint(void);

static void say_hello(void) {
  const char *library = mi_version                         ? "mimalloc"
                        : emmalloc_validate_memory_regions ? "emmalloc"
                        : malloc_max_footprint             ? "dlmalloc"
                                                           : "unknown";
  printf("{\"did\":\"hello\",\"version\":\"%d.%d.%d\",\"library\":\"%s\"}\n", __EMSCRIPTEN_major__,
         __EMSCRIPTEN_minor__, __EMSCRIPTEN_tiny__, library);
}

static void say_settings(void) {}

#else

#include <dlfcn.h>

static void say_hello(void) {
  char version[64] = "unknown";
  if (mi_version) {
    /* One digit for each part, or, lately, two. */
    int v = mi_version(), base = v < 10000 ? 10 : 100;
    snprintf(version, sizeof version, "%d.%d.%d", v / (base * base), v / base % base, v % base);
  } else if (mallctl) {
    const char *text;
    size_t length = sizeof text;
    if (mallctl("version", &text, &length, NULL, 0) == 0)
      snprintf(version, sizeof version, "%.*s", (int)strcspn(text, "-"), text);
  } else if (tc_version) {
    int major, minor;
    const char *patch;
    tc_version(&major, &minor, &patch);
    snprintf(version, sizeof version, "%d.%d", major, minor);
  } else if (gnu_get_libc_version) {
    snprintf(version, sizeof version, "%s", gnu_get_libc_version());
  }
  Dl_info info = {0};
  dladdr((void *)(uintptr_t)malloc, &info);
  const char *library = info.dli_fname ? info.dli_fname : "";
  printf("{\"did\":\"hello\",\"version\":\"%s\",\"library\":\"%s\"}\n", version, library);
}

/* After how many milliseconds jemalloc gives pages back; below 0: never. */
static void say_decay(const char *name) {
  ssize_t milliseconds;
  size_t length = sizeof milliseconds;
  if (mallctl(name, &milliseconds, &length, NULL, 0) == 0) printf("%s: %zd\n", name, milliseconds);
}

/* MallocExtension::instance()->GetMemoryReleaseRate() of tcmalloc, which only C++ has: pages given back per 1000 freed. */
__attribute__((weak)) void *tc_extension(void) __asm__("_ZN15MallocExtension8instanceEv");
__attribute__((weak)) double tc_release_rate(void *) __asm__("_ZN22TCMallocImplementation20GetMemoryReleaseRateEv");

#ifdef __GLIBC__
#include <malloc.h>

enum { PROBES = 256, PROBE_BYTES = 64 * 1024, BIG_BYTES = 1024 * 1024 };

/* glibc cannot be asked for its thresholds; what it does with blocks above the default ones tells. */
static void say_thresholds(void) {
  void *volatile blocks[PROBES];
  for (int i = 0; i < PROBES; i++) blocks[i] = malloc(PROBE_BYTES);
  size_t full = mallinfo2().arena;
  for (int i = 0; i < PROBES; i++) free(blocks[i]);
  printf("trims: %s\n", mallinfo2().arena < full ? "yes" : "no");
  void *volatile big = malloc(BIG_BYTES);
  printf("maps: %s\n", mallinfo2().hblks > 0 ? "yes" : "no");
  free(big);
}
#else
static void say_thresholds(void) {}
#endif

static void say_settings(void) {
  if (mi_version) return;
  if (mallctl) {
    say_decay("opt.dirty_decay_ms");
    say_decay("opt.muzzy_decay_ms");
  } else if (tc_version) {
    if (tc_extension && tc_release_rate) printf("release_rate: %g\n", tc_release_rate(tc_extension()));
  } else {
    say_thresholds();
  }
}

#endif

#endif
