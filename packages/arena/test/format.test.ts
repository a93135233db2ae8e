// What a heap looks like in its buffer, and what is refused as one.

import {
  Arena,
  type ArenaOptions,
  HeapFormatError,
  InvalidSizeError,
  MID_CLASSES,
  layout as offsets,
  SMALL_CLASSES,
} from '@hakmem/arena'
import { assert, suite } from '@hakmem/testing'

const MIB = 2 ** 20
/** Words of the header, see `layout.ts`. */
const [MAGIC, VERSION, PAGES, THREADS, FLAGS, ID, CHECK] = [2, 3, 4, 5, 6, 7, 9]

/** A copy of a heap's buffer, of another length if told. */
function copy(arena: Arena, bytes = arena.buffer.byteLength): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes)
  new Uint8Array(buffer).set(new Uint8Array(arena.buffer, 0, Math.min(bytes, arena.buffer.byteLength)))
  return buffer
}

/** The check word, as the header has it: FNV-1a over the words from the magic number on. */
function seal(words: Int32Array): void {
  let hash = 0x811c9dc5
  for (let at = MAGIC; at < CHECK; at++) hash = Math.imul(hash ^ words[at], 0x01000193)
  words[CHECK] = hash
}

function refusal(buffer: unknown): string {
  try {
    Arena.open(buffer)
  } catch (error) {
    assert.instance(error, HeapFormatError)
    assert.ok(error instanceof HeapFormatError && error.code === 'ERR_HAKMEM_FORMAT')
    assert.match(error.message, /^[A-Z].*\.$/)
    return error.message
  }
  return 'none'
}

const format = suite('the format')

format('an arena can be opened again, from its buffer or a copy of it', () => {
  const arena = Arena.create({ bytes: 3 * MIB, threads: 5, counters: true })
  for (const buffer of [arena.buffer, copy(arena)]) {
    const again = Arena.open(buffer)
    assert.equal(again.geometry, arena.geometry)
    assert.is(again.id, arena.id)
  }
  assert.is.not(Arena.create({ bytes: MIB }).id, Arena.create({ bytes: MIB }).id)
})

format('opening the same buffer again makes nothing anew, unless its header has changed', () => {
  const arena = Arena.create({ bytes: MIB, threads: 2 })
  assert.is(Arena.open(arena.buffer), arena)
  const H = new Int32Array(arena.buffer)
  H[FLAGS] ^= 1
  assert.match(refusal(arena.buffer), /damaged/)
  seal(H)
  const other = Arena.open(arena.buffer)
  assert.is.not(other, arena)
  assert.is(other.geometry.flags, arena.geometry.flags ^ 1)
})

format('the first bytes spell HAKM behind a null pointer that stays null', () => {
  const { buffer } = Arena.create({ bytes: MIB })
  assert.is(String.fromCharCode(...new Uint8Array(buffer, 8, 4)), 'HAKM')
  assert.equal([...new Uint8Array(buffer, 0, 8)], [0, 0, 0, 0, 0, 0, 0, 0])
})

const BROKEN: [what: string, change: (words: Int32Array) => void, says: RegExp][] = [
  ['another magic number', (words) => words.fill(0x12345678, MAGIC, MAGIC + 1), /magic/],
  ['a newer version', (words) => words.fill(99, VERSION, VERSION + 1), /a newer version \(99\)/],
  ['a version long before', (words) => words.fill(0, VERSION, VERSION + 1), /another version \(0\)/],
  [
    'a version that is negative',
    (words) => words.fill(-1, VERSION, VERSION + 1),
    /a newer version \(4294967295\)/,
  ],
  ['other pages', (words) => words.fill(7, PAGES, PAGES + 1), /damaged/],
  ['other threads', (words) => words.fill(7, THREADS, THREADS + 1), /damaged/],
  ['other flags', (words) => words.fill(7, FLAGS, FLAGS + 1), /damaged/],
  ['another id', (words) => words.fill(7, ID, ID + 1), /damaged/],
  ['another check word', (words) => words.fill(7, CHECK, CHECK + 1), /damaged/],
  [
    'a right check over too many threads',
    (words) => {
      words[THREADS] = 500
      seal(words)
    },
    /describes no heap \(\d+ bytes, 500 threads\)/,
  ],
  [
    'a right check over no threads',
    (words) => {
      words[THREADS] = 0
      seal(words)
    },
    /describes no heap/,
  ],
  [
    'a right check over pages that the buffer has not',
    (words) => {
      words[PAGES] *= 2
      seal(words)
    },
    /has 8388608 bytes, but the buffer has 4194304/,
  ],
]

for (const [what, change, says] of BROKEN) {
  format(`refuses ${what}`, () => {
    const buffer = copy(Arena.create({ bytes: 4 * MIB }))
    assert.is(refusal(buffer), 'none')
    change(new Int32Array(buffer))
    assert.match(refusal(buffer), says)
  })
}

format('refuses any single bit of the header that is flipped', () => {
  const buffer = copy(Arena.create({ bytes: MIB }))
  const bytes = new Uint8Array(buffer)
  for (let bit = MAGIC * 32; bit < (CHECK + 1) * 32; bit++) {
    bytes[bit >>> 3] ^= 1 << (bit & 7)
    assert.is.not(refusal(buffer), 'none', `bit ${bit}`)
    bytes[bit >>> 3] ^= 1 << (bit & 7)
  }
  assert.is(refusal(buffer), 'none')
})

format('refuses a buffer that was cut off or lengthened', () => {
  const arena = Arena.create({ bytes: 4 * MIB })
  assert.match(refusal(copy(arena, 3 * MIB)), /has 4194304 bytes, but the buffer has 3145728/)
  assert.match(refusal(copy(arena, 5 * MIB)), /has 4194304 bytes, but the buffer has 5242880/)
  assert.match(refusal(copy(arena, 100_000)), /100000 bytes; the smallest/)
  assert.match(refusal(copy(arena, 0)), /0 bytes; the smallest/)
})

format('refuses what is no shared memory, and random bytes', () => {
  for (const other of [
    undefined,
    null,
    1,
    'x',
    {},
    [],
    new ArrayBuffer(MIB),
    new Uint8Array(MIB),
    () => {},
  ]) {
    assert.match(refusal(other), /SharedArrayBuffer/)
  }
  const noise = new SharedArrayBuffer(MIB)
  const bytes = new Uint8Array(noise)
  for (let i = 0; i < MIB; i++) bytes[i] = (i * 2_654_435_761) >>> 13
  assert.match(refusal(noise), /magic/)
})

format.run()

const layout = suite('the layout')

const SHAPES: ArenaOptions[] = [
  { bytes: MIB, threads: 1 },
  { bytes: MIB, threads: 2 },
  { bytes: MIB + 1, threads: 2 },
  { bytes: 8 * MIB - 1, threads: 3 },
  { bytes: 8 * MIB, threads: 16 },
  { bytes: 33 * MIB, threads: 7 },
  { bytes: 256 * MIB, threads: 16 },
  { bytes: 2 ** 31, threads: 64 },
  { bytes: 2 ** 32, threads: 1 },
  { bytes: 2 ** 32, threads: 1024 },
]

for (const shape of SHAPES) {
  layout(`parts of ${shape.bytes} bytes for ${shape.threads} threads follow each other and fit`, () => {
    const { geometry: g, buffer } = Arena.create(shape)
    assert.is(g.bytes, buffer.byteLength)
    assert.ok(g.bytes >= (shape.bytes ?? 0) && g.bytes < (shape.bytes ?? 0) + 2 ** g.extentShift)
    assert.is(g.bytes, g.extents * 2 ** g.extentShift)
    assert.is(g.bytes, g.pages * 4096)
    assert.ok(g.extentShift >= 16 && g.extentShift <= 20 && g.extents <= 4096)
    const words = [
      1024,
      g.table,
      g.touched,
      g.records,
      g.runs,
      g.next,
      g.prev,
      g.aux,
      g.flagMap / 4,
      g.stateMap / 4,
    ]
    for (let k = 1; k < words.length; k++) assert.ok(words[k] >= words[k - 1], `${words}`)
    assert.ok(g.touched - g.table >= g.extents && g.records - g.touched >= g.extents)
    assert.ok(g.runs - g.records >= g.threads * g.recordWords)
    for (const [from, to] of [
      [g.runs, g.next],
      [g.next, g.prev],
      [g.prev, g.aux],
      [g.aux, g.flagMap / 4],
    ]) {
      assert.ok(to - from >= g.pages)
    }
    assert.ok(g.depthMap - g.flagMap >= g.pages && g.stateMap - g.depthMap >= g.pages)
    const end = g.stateMap + g.bytes / 16
    assert.ok(end <= g.firstExtent * 2 ** g.extentShift)
    assert.ok(end > (g.firstExtent - 1) * 2 ** g.extentShift, 'an extent more than is needed')
    // Every cache lies inside the record and shares no word with another; the word behind it is a round number.
    const taken = new Set<number>()
    for (let c = 0; c <= SMALL_CLASSES; c++) {
      assert.ok(g.caps[c] >= (c <= MID_CLASSES && c > 0 ? 2 : 0))
      for (let at = g.brims[c] - g.caps[c]; at <= g.brims[c]; at++) {
        assert.ok(at >= offsets.R_EVENT_RING + g.events * offsets.EVENT_WORDS && at < g.recordWords)
        assert.not(taken.has(at))
        taken.add(at)
      }
      assert.is((g.records + g.recordWords + g.brims[c] + 1) % g.cacheWords, 0)
    }
  })
}

layout('options out of range are refused by a RangeError that names the range', () => {
  const WRONG: [ArenaOptions, RegExp][] = [
    [{ bytes: MIB - 1 }, /bytes must be a whole number from 1048576 to 4294967296, got 1048575/],
    [{ bytes: 2 ** 32 + 1 }, /got 4294967297/],
    [{ bytes: 1.5 * MIB + 0.1 }, /got/],
    [{ bytes: Number.NaN }, /NaN/],
    [{ bytes: MIB, threads: 3 }, /threads must be a whole number from 1 to 2 .512 KiB for each/],
    [{ bytes: 2 ** 32, threads: 1025 }, /1 to 1024/],
    [{ threads: 0 }, /got 0/],
    [{ threads: -1 }, /got -1/],
    [{ threads: 2.5 }, /got 2.5/],
  ]
  for (const [options, says] of WRONG) {
    let error: unknown
    try {
      Arena.create(options)
    } catch (thrown) {
      error = thrown
    }
    assert.instance(error, InvalidSizeError)
    assert.instance(error, RangeError)
    assert.match(String(error), says)
  }
})

layout.run()
