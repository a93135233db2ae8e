/**
 * Stamps: what a worker writes into a block of its own, so that whoever has the block next can tell that nobody else
 * wrote there. Address, size and owner at the start, a word that follows from all three, and the same word all over a
 * small block, here and there in a large one, and at the end.
 */

/** Stamps the block of `size` bytes (16 or more) at `p` for `owner`, a thread id. */
export function stamp(words: Uint32Array, p: number, size: number, owner: number): void {
  const at = p >>> 2
  const last = (size >>> 2) - 1
  const sign = signOf(p, size, owner)
  const stride = strideOf(last)
  words[at] = p
  words[at + 1] = size
  words[at + 2] = owner
  for (let k = 3; k < last; k += stride) words[at + k] = sign
  words[at + last] = sign
}

/** Undoes the stamp, so that a block handed out twice shows. */
export function unstamp(words: Uint32Array, p: number): void {
  words[(p >>> 2) + 1] = 0
}

/**
 * What is wrong with the stamp of the block at `p`; undefined if nothing is. `check`: bytes to look at; `origin`: where
 * the block was stamped.
 */
export function wrongStamp(
  words: Uint32Array,
  p: number,
  size: number,
  check = size,
  origin = p,
): string | undefined {
  const at = p >>> 2
  const last = (size >>> 2) - 1
  const sign = signOf(origin, size, words[at + 2])
  const stride = strideOf(last)
  if (words[at] !== origin || words[at + 1] !== size) return wrong(words, p, size, 0)
  const end = Math.min(last, check >>> 2)
  for (let k = 3; k < end; k += stride) if (words[at + k] !== sign) return wrong(words, p, size, k)
  return check >= size && words[at + last] !== sign ? wrong(words, p, size, last) : undefined
}

function wrong(words: Uint32Array, p: number, size: number, word: number): string {
  const at = p >>> 2
  const found = [at, at + 1, at + 2, at + word].map((k) => words[k]).join(' ')
  return `the block of ${size} bytes at ${p} is damaged at word ${word}: ${found}`
}

function signOf(p: number, size: number, owner: number): number {
  return (Math.imul(p ^ Math.imul(owner, 0x85ebca6b), 0x9e3779b1) ^ size) >>> 0
}

function strideOf(last: number): number {
  return last < 64 ? 1 : last < 1024 ? 32 : 512
}
