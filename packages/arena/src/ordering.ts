/**
 * The ordering module: every Atomics operation and every ordered plain access of the heap, and nothing else.
 *
 * The rest of the heap reads and writes the buffer plainly, and may, because a word or byte has one writer (see
 * each declaration in `layout.ts`). Whatever two threads race on goes through the functions here. A scheduler for
 * tests takes their place as a whole by resolving `#ordering` to its own module; the shipped build pays nothing
 * for that.
 *
 * The one place where speed forces a choice is the remote mark, a byte that a thread which is not the owner
 * stores (`mark`) and the owner's sweep reads (`seen`): a release and an acquire. On x86-64 every plain store is
 * a release and every plain load an acquire (total store order), and V8 neither splits byte accesses nor moves
 * them across each other, so there, and only there, they are plain; the atomic forms halve the throughput of
 * remote frees. Everywhere else, all browsers included, they are atomic.
 */

interface HostProcess {
  readonly arch?: string
  readonly versions?: { readonly v8?: string }
}

const host: HostProcess | undefined = (globalThis as { process?: HostProcess }).process

/** True where plain accesses order the remote mark: V8 on x86-64, asked of the host, never guessed. */
export const plainMarks: boolean = host?.arch === 'x64' && typeof host.versions?.v8 === 'string'

/** The value of a state byte that another thread has freed. */
const REMOTE = 255

export const load = (words: Int32Array | Uint8Array, at: number): number => Atomics.load(words, at)

export const store = (words: Int32Array | Uint8Array, at: number, value: number): void => {
  Atomics.store(words, at, value)
}

export const add = (words: Int32Array, at: number, value: number): number => Atomics.add(words, at, value)

export const exchange = (words: Int32Array | Uint8Array, at: number, value: number): number =>
  Atomics.exchange(words, at, value)

/** True if `at` held `expected` and now holds `next`. */
export const swap = (words: Int32Array, at: number, expected: number, next: number): boolean =>
  Atomics.compareExchange(words, at, expected, next) === expected

/** A flag's value, unordered: a stale answer costs a notification, never a mark. */
export const peek = (flags: Uint8Array, at: number): number => flags[at]

/** A word's value, unordered: a stale answer is as good as one that came a moment earlier. */
export const glance = (words: Int32Array, at: number): number => words[at]

/** Releases everything written before to whoever loads the word; partner: `load`. */
export const release: (words: Int32Array | Uint8Array, at: number, value: number) => void = plainMarks
  ? (words, at, value) => {
      words[at] = value
    }
  : (words, at, value) => {
      Atomics.store(words, at, value)
    }

/** N1: marks the block as freed by a thread that is not its owner. Release; partner: `seen`. */
export const mark: (state: Uint8Array, at: number) => void = plainMarks
  ? (state, at) => {
      state[at] = REMOTE
    }
  : (state, at) => {
      Atomics.store(state, at, REMOTE)
    }

/** The sweep's read of a state byte. Acquire when it answers 255; partner: `mark`. */
export const seen: (state: Uint8Array, at: number) => number = plainMarks
  ? (state, at) => state[at]
  : (state, at) => {
      const value = state[at]
      return value === REMOTE ? Atomics.load(state, at) : value
    }
