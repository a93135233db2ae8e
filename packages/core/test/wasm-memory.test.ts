// A heap in a shared WebAssembly.Memory: its pointers are addresses there, and all else is as in a buffer of its own.

import { Heap } from '@hakmem/core'
import { assert, codeOf, suite, thrownBy, untyped, workerModule } from '@hakmem/testing'
import { fill, soundAudit } from './support.ts'
import { loader, sharedMemory, unsharedMemory } from './wasm.ts'

const MIB = 2 ** 20
const call = workerModule<typeof import('./exchange.worker.ts')>(
  new URL('./exchange.worker.js', import.meta.url),
)

const test = suite('a heap in a WebAssembly memory')

test('a pointer is the address of the block, for a module on the same memory', () => {
  const memory = sharedMemory(16)
  using heap = Heap.create({ memory, byteOffset: 2 * MIB })
  const load = loader(memory)
  for (const size of [4, 100, 5000, 200_000]) {
    const p = heap.malloc(size)
    heap.U32[p >>> 2] = size * 7
    assert.is(load(p), size * 7)
    heap.free(p)
  }
  assert.is(soundAudit(heap).live, 0)
})

test('it uses nothing that lies before it or behind it', () => {
  const memory = sharedMemory(16)
  const all = new Uint8Array(memory.buffer)
  all.fill(0xa5, 8, 3 * MIB)
  all.fill(0x5a, 11 * MIB)
  using heap = Heap.create({ memory, byteOffset: 3 * MIB, bytes: 8 * MIB })
  for (const size of [16, 1000, 20_000, 300_000]) {
    for (const p of fill(heap, size)) heap.bytes(p).fill(1)
  }
  assert.ok(all.subarray(8, 3 * MIB).every((byte) => byte === 0xa5))
  assert.ok(all.subarray(11 * MIB).every((byte) => byte === 0x5a))
  assert.is(soundAudit(heap).capacity, 8 * MIB)
})

test('memory that was in use before serves as well, and calloc clears it', () => {
  const memory = sharedMemory(16)
  new Uint8Array(memory.buffer).fill(0xff, 8)
  using heap = Heap.create({ memory, byteOffset: MIB })
  for (const size of [48, 3000, 100_000]) {
    assert.ok(heap.bytes(heap.calloc(1, size), size).every((byte) => byte === 0))
  }
  soundAudit(heap)
})

test('addresses outside of it are refused like all that are no blocks', () => {
  const memory = sharedMemory(16)
  new Uint8Array(memory.buffer).fill(1, 8, 4 * MIB)
  using heap = Heap.create({ memory, byteOffset: 4 * MIB, bytes: 8 * MIB })
  for (let p = 16; p < 2 ** 32; p += p < 16 * MIB ? 65_536 + 16 : 99_999_984) {
    assert.is(
      codeOf(() => heap.free(p)),
      'ERR_HAKMEM_INVALID_POINTER',
      `at ${p}`,
    )
  }
  soundAudit(heap)
})

test('other threads attach by its handle, and exchange blocks', async () => {
  const memory = sharedMemory(64)
  using heap = Heap.create({ memory, byteOffset: 2 * MIB, threads: 3 })
  assert.equal(heap.handle.byteOffset, 2 * MIB)
  assert.is(Heap.attach(heap.handle), heap)
  const p = heap.malloc(100)
  assert.equal(await call('look', heap.handle, p), {
    again: true,
    owns: true,
    usable: 112,
    code: 'ERR_HAKMEM_DOUBLE_FREE',
  })
  assert.is(soundAudit(heap).live, 0)
})

test('it stays what it is when the memory grows', () => {
  const memory = sharedMemory(8, 16)
  using heap = Heap.create({ memory, byteOffset: MIB })
  const p = heap.malloc(1000)
  memory.grow(32)
  const buffer = untyped<SharedArrayBuffer>(memory.buffer)
  assert.is(buffer.byteLength, 10 * MIB)
  assert.is(Heap.attach({ buffer, byteOffset: MIB }), heap)
  heap.free(p)
  assert.is(soundAudit(heap).capacity, 7 * MIB)
})

test('what the module keeps at address 0 does not matter', () => {
  const memory = sharedMemory(4)
  using heap = Heap.create({ memory, byteOffset: MIB })
  const module = new Int32Array(memory.buffer, 0, 4)
  module.set([heap.U32.length - 5, -1, 77, 2 ** 30])
  // Beyond the end is where a state byte is missing; the heap's own pages are where one may be found by mistake.
  for (let p = 4 * MIB; p < 2 ** 32; p += 65_536 * 61) assert.throws(() => heap.free(p), /beyond the end/)
  for (let p = 16; p < MIB; p += 65_536) assert.throws(() => heap.free(p), /in the metadata/)
  heap.free(heap.malloc(100))
  assert.equal([...module], [heap.U32.length - 5, -1, 77, 2 ** 30])
  assert.is(soundAudit(heap).live, 0)
})

test('detached, it refuses like any other', () => {
  const heap = Heap.create({ memory: sharedMemory(4), byteOffset: MIB })
  const p = heap.malloc(16)
  heap.detach()
  assert.is(
    codeOf(() => heap.malloc(16)),
    'ERR_HAKMEM_DETACHED',
  )
  assert.is(
    codeOf(() => heap.free(p)),
    'ERR_HAKMEM_DETACHED',
  )
})

test('options that do not fit are refused with what is wrong', () => {
  const memory = sharedMemory(16)
  const create = (options: object) => codeOf(() => Heap.create(options))
  assert.is(create({ memory: unsharedMemory(16) }), 'ERR_HAKMEM_INVALID_ARGUMENT')
  assert.is(create({ memory: null }), 'ERR_HAKMEM_INVALID_ARGUMENT')
  assert.is(create({ memory: new SharedArrayBuffer(2 * MIB) }), 'ERR_HAKMEM_INVALID_ARGUMENT')
  const small = thrownBy(() => Heap.create({ memory: sharedMemory(0.5) }))
  assert.match(String(small), /`memory` must be of 1048576 bytes or more, got 524288/)
  for (const byteOffset of [65_536, -MIB, 0.5, 16 * MIB, '1']) {
    assert.is(create({ memory, byteOffset }), 'ERR_HAKMEM_INVALID_SIZE', `${byteOffset}`)
  }
  assert.is(create({ memory, byteOffset: MIB, bytes: 16 * MIB }), 'ERR_HAKMEM_INVALID_SIZE')
  // So far up that its tables would take most of it.
  assert.is(create({ memory: sharedMemory(64), byteOffset: 57 * MIB }), 'ERR_HAKMEM_INVALID_SIZE')
  for (const byteOffset of [MIB, 65_536, Number.NaN, 'x', 15.5 * MIB]) {
    assert.is(
      codeOf(() => Heap.attach(untyped({ buffer: memory.buffer, byteOffset }))),
      'ERR_HAKMEM_FORMAT',
    )
  }
})

test.run()
