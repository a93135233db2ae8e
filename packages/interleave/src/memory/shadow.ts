/**
 * A buffer and the typed arrays over it, as the engine knows them.
 *
 * A `Shadow` outlives the buffer it stands for: in the next run the buffer that setup makes in its place takes it over, and
 * so what has been learnt about each location is kept. A `View` is one typed array.
 */

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

/** What is known about one buffer, over all runs of an exploration. */
export class Shadow {
  readonly slot: number
  buffer: SharedArrayBuffer
  bytes: Uint8Array
  words: Int32Array
  /** By shift: for each element read bits, write bits << 15, and SHARED. */
  readonly cells: (Int32Array | undefined)[] = [undefined, undefined, undefined, undefined]
  /** The run that has touched it last. */
  run = 0

  constructor(slot: number, buffer: SharedArrayBuffer) {
    this.slot = slot
    this.buffer = buffer
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer, 0, buffer.byteLength >>> 2)
  }

  bind(buffer: SharedArrayBuffer): void {
    if (buffer === this.buffer) return
    if (buffer.byteLength !== this.buffer.byteLength) this.cells.fill(undefined)
    this.buffer = buffer
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer, 0, buffer.byteLength >>> 2)
  }

  cellsOf(shift: number): Int32Array {
    const cells = this.cells[shift] ?? new Int32Array((this.buffer.byteLength >>> shift) + 1)
    this.cells[shift] = cells
    return cells
  }
}

export const KINDS = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const

/** One element of each kind, to see what a value becomes when it is stored. */
const SCRATCH: TypedArray[] = [
  new Int8Array(1),
  new Uint8Array(1),
  new Uint8ClampedArray(1),
  new Int16Array(1),
  new Uint16Array(1),
  new Int32Array(1),
  new Uint32Array(1),
  new Float32Array(1),
  new Float64Array(1),
  new BigInt64Array(1),
  new BigUint64Array(1),
]

/** A typed array over shared memory. */
export class View {
  readonly array: TypedArray
  readonly shadow: Shadow
  readonly kind: number
  readonly shift: number
  readonly base: number
  readonly length: number
  readonly cells: Int32Array

  constructor(array: TypedArray, shadow: Shadow) {
    this.array = array
    this.shadow = shadow
    this.kind = KINDS.indexOf(array.constructor.name as (typeof KINDS)[number])
    this.shift = 31 - Math.clz32(array.BYTES_PER_ELEMENT)
    this.base = array.byteOffset
    this.length = array.length
    this.cells = shadow.cellsOf(this.shift)
  }
}

/** What `value` reads as once it is stored in such an array. */
export function coerce(view: View, value: number | bigint): number | bigint {
  const one = SCRATCH[view.kind] as Int32Array
  one[0] = value as number
  return one[0]
}
