/**
 * The native allocators: how each is linked, how the program tells that it was, and what makes it keep the memory that
 * it has. hakmem gives nothing back to the system; a purging allocator that never purges is what compares with it.
 *
 * Whether a setting took effect is not believed but read back, from a run of the program that prints its settings.
 */

import type { Missing } from './built.ts'

interface Library {
  /** What to compile and link besides the twin, in order of preference; each try is a list of arguments. */
  readonly tries: readonly (readonly string[])[]
  /** Folders whose files go into the program. */
  readonly inputs?: readonly string[]
  /** What the file that `malloc` comes from is called. */
  readonly file: RegExp
  readonly keep?: Keep
}

/** How to make an allocator never give memory back. */
export interface Keep {
  readonly env: Readonly<Record<string, string>>
  /** What the settings look like then; `native/library.h` prints them, or the allocator itself. */
  readonly proof: RegExp
}

/** `ALLOW_DECOMMIT` is what 2.0.9 knows, `PURGE_DELAY` what came after it; each ignores the other's. */
const KEEP_MIMALLOC: Keep = {
  env: { MIMALLOC_ALLOW_DECOMMIT: '0', MIMALLOC_PURGE_DELAY: '-1' },
  proof: /option '(allow_decommit': 0|purge_delay': -1)/,
}

const libraries: Readonly<Record<string, Library>> = {
  mimalloc: {
    tries: [['-lmimalloc'], ['-l:libmimalloc.so.2']],
    file: /libmimalloc/,
    keep: KEEP_MIMALLOC,
  },
  jemalloc: {
    tries: [['-ljemalloc'], ['-l:libjemalloc.so.2']],
    file: /jemalloc/,
    keep: {
      env: { MALLOC_CONF: 'dirty_decay_ms:-1,muzzy_decay_ms:-1' },
      proof: /dirty_decay_ms: -1\n.*muzzy_decay_ms: -1\n/,
    },
  },
  tcmalloc: {
    tries: [['-ltcmalloc'], ['-ltcmalloc_minimal'], ['-l:libtcmalloc_minimal.so.4']],
    file: /tcmalloc/,
    keep: { env: { TCMALLOC_RELEASE_RATE: '0' }, proof: /release_rate: 0\n/ },
  },
  libc: {
    tries: [[]],
    file: /libc[.-]|libSystem|musl|libsystem_malloc/,
    // 32 MiB is the most that glibc takes for the second; larger blocks are mapped, and unmapped, one by one.
    keep: {
      env: { MALLOC_TRIM_THRESHOLD_: String(2 ** 40), MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20) },
      proof: /trims: no\nmaps: no\n/,
    },
  },
}

/** What is known of a library, or why it cannot be had. */
export function findLibrary(name: string): Library | Missing {
  if (name === 'mimalloc-static') return mimallocFrom(process.env.MIMALLOC_SRC)
  return libraries[name] ?? { missing: `nothing is known about linking ${name}` }
}

/**
 * mimalloc linked statically, with link-time optimisation, from a folder of sources: for those who say that C pays for
 * its calls, and for other versions. One object, `src/static.c`, holds all of it, in every version.
 */
function mimallocFrom(folder: string | undefined): Library | Missing {
  if (folder === undefined) return { missing: 'MIMALLOC_SRC does not name a folder of mimalloc sources' }
  const code = [
    '-flto',
    '-DNDEBUG',
    '-DMI_MALLOC_OVERRIDE=1',
    `-I${folder}/include`,
    `${folder}/src/static.c`,
  ]
  return {
    tries: [code],
    inputs: [`${folder}/include`, `${folder}/src`],
    file: /twin-mimalloc-static/,
    keep: KEEP_MIMALLOC,
  }
}
