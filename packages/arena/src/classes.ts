/**
 * Size classes: 16-byte steps to 128, then four per doubling up to 1 MiB, so that a block wastes at most a
 * quarter. Tiny and mid share the numbering; the classes above mid are large runs of one block that caches may keep, at
 * the price of that quarter in pages that nobody touches; one more value stands for any other large run.
 *
 * The tables are computed here once, not typed. Hot paths rebind them to a local constant: V8 reads an imported
 * binding through a cell on every use, which costs 1.4 to 4 times on malloc (measured).
 */

/** Unit of the heap in bytes: every block starts at a multiple of it, and no block is smaller. */
export const GRAIN = 16

/** Largest tiny block in bytes. */
export const TINY_MAX = 1024

/** Requests below this many bytes are tiny or mid; from it on, large. */
export const LARGE_MIN = 65536

/** Largest block in bytes that a cache may hold. */
export const CACHED_MAX = 2 ** 20

/** The class of a large run: the state byte of its first 16 bytes. */
export const LARGE = 63

/** `SIZES[c]`: usable bytes of a block of class c, from class 1 on. */
export const SIZES: Int32Array = sizes()

/** Classes 1 to this are tiny. */
export const TINY_CLASSES: number = SIZES.indexOf(TINY_MAX)

/** Classes 1 to this are tiny or mid: several blocks to a run. */
export const MID_CLASSES: number = SIZES.indexOf(LARGE_MIN)

/** Classes 1 to this have caches; those above MID_CLASSES are large. */
export const SMALL_CLASSES: number = SIZES.length - 1

/** `CLASS_OF[(size + 15) >>> 4]`: the smallest class that holds `size` bytes, for sizes up to CACHED_MAX. */
export const CLASS_OF: Uint8Array = classOf()

function sizes(): Int32Array {
  const list = [0]
  for (let size = GRAIN; size <= 128; size += GRAIN) list.push(size)
  for (let base = 128; base < CACHED_MAX; base *= 2) {
    // Twice: as the last of mid, and, from the 15 bytes below on that round up to it, as the first of large.
    if (base === LARGE_MIN) list.push(base)
    for (let quarter = 1; quarter <= 4; quarter++) list.push(base + (base / 4) * quarter)
  }
  return Int32Array.from(list)
}

/** By a fill per class: a loop over the 65,537 entries was 2.7 ms of the 12 that importing the heap took. */
function classOf(): Uint8Array {
  const table = new Uint8Array(CACHED_MAX / GRAIN + 1)
  let from = 0
  for (let c = 1; c < SIZES.length; c++) {
    // Of the two classes of LARGE_MIN bytes, mid's last serves requests below it.
    const end = SIZES[c] / GRAIN + (c === MID_CLASSES ? 0 : 1)
    table.fill(c, from, end)
    from = end
  }
  return table
}
