/**
 * Arguments, as plain data: what a caller may pass where a pointer, a size, a list or a name belongs. Plain, so that
 * a sequence of calls can be printed, shrunk and run again; `odd` values, which cannot be printed, go by a number.
 */

export type Arg =
  /** The start of a live block, or of one that was freed (and may be live again). */
  | { readonly is: 'live' | 'stale'; readonly pick: number }
  /** So many bytes from the start of a live block. */
  | { readonly is: 'near'; readonly pick: number; readonly by: number }
  | { readonly is: 'number'; readonly value: number }
  /** One of ODD. */
  | { readonly is: 'odd'; readonly which: number }

/** What the traps among the odd values throw: no heap error, so it is told apart from one. */
class Trap extends Error {}

function spring(): never {
  throw new Trap('an argument was asked for its value')
}

const everyTrap: ProxyHandler<object> = {
  get: spring,
  set: spring,
  has: spring,
  getPrototypeOf: spring,
  getOwnPropertyDescriptor: spring,
  ownKeys: spring,
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

/** Values that are neither a pointer nor a size, by name. The order is part of every recorded sequence: add at the end. */
export const ODD: readonly (readonly [name: string, value: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['false', false],
  ['an empty string', ''],
  ['a string of digits', '4096'],
  ['a symbol', Symbol('odd')],
  ['1n', 1n],
  ['4096n', 4096n],
  ['2n ** 64n', 2n ** 64n],
  ['an object', {}],
  ['an object without prototype', Object.create(null)],
  ['a function', () => 4096],
  ['an object whose valueOf is 4096', { valueOf: () => 4096 }],
  ['an object whose valueOf throws', { valueOf: spring, toString: spring }],
  ['an object whose toPrimitive throws', { [Symbol.toPrimitive]: spring }],
  ['a boxed number', Object(4096)],
  ['a date', new Date(4096)],
  ['a proxy that always throws', new Proxy({}, everyTrap)],
  ['a proxy of an array that always throws', new Proxy([16, 32], everyTrap)],
  ['a revoked proxy', revoked({})],
  ['a revoked proxy of an array', revoked([])],
  ['an array buffer', new ArrayBuffer(2 ** 20)],
  ['a small shared buffer', new SharedArrayBuffer(64)],
  ['a shared buffer that is no heap', new SharedArrayBuffer(2 ** 20)],
  ['bytes', new Uint8Array(8)],
  ['big integers', new BigUint64Array(4)],
  ['a list that is frozen', Object.freeze([0, 0, 0])],
  ['an object whose length throws', Object.defineProperty({}, 'length', { get: spring })],
  ['an object whose buffer throws', Object.defineProperty({}, 'buffer', { get: spring })],
  ['an object of infinite length', { length: Number.POSITIVE_INFINITY }],
  ['an object of negative length', { length: -1 }],
  ['an object whose length is a string', { length: '3' }],
  ['a handle of nothing', { buffer: undefined }],
  ['a handle of a handle', { buffer: { buffer: new SharedArrayBuffer(2 ** 20) } }],
]

/** Whether `error` is an argument's own doing: thrown by its traps, or by the language for it. */
export function isOwn(error: unknown): boolean {
  return (
    error instanceof Trap ||
    (error instanceof TypeError && /revoked|read only|not extensible/.test(error.message))
  )
}

/** Numbers at which something may turn over. */
export const EDGES: readonly number[] = [
  0,
  -0,
  1,
  8,
  15,
  16,
  17,
  64,
  1008,
  1024,
  1025,
  4095,
  4096,
  65_535,
  65_536,
  65_537,
  2 ** 20,
  2 ** 20 - 16,
  2 ** 21,
  2 ** 21 + 16,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 16,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 32 + 4096,
  2 ** 52 + 1,
  2 ** 53 - 1,
  2 ** 53,
  1e300,
  -1,
  -16,
  -4096,
  -(2 ** 31),
  0.5,
  16.5,
  65_536.5,
  Number.MIN_VALUE,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
]
