// What the tests need of WebAssembly, which the libraries of this project do not declare: a shared memory, and a module
// on it whose `load` reads the 32-bit word at an address.

interface Wasm {
  Memory: new (limits: {
    initial: number
    maximum: number
    shared: boolean
  }) => {
    readonly buffer: ArrayBufferLike
    grow(pages: number): number
  }
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly

type Memory = InstanceType<Wasm['Memory']>

/** Sizes in MiB. */
export function sharedMemory(initial: number, maximum = initial): Memory {
  return new Memory({ initial: initial * 16, maximum: maximum * 16, shared: true })
}

export function unsharedMemory(initial: number): Memory {
  return new Memory({ initial: initial * 16, maximum: initial * 16, shared: false })
}

// (module (import "e" "m" (memory 1 65536 shared)) (func (export "load") (param i32) (result i32) local.get 0 i32.load))
const LOAD = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 2, 11, 1, 1, 0x65, 1, 0x6d, 2, 3, 1, 0x80,
  0x80, 4, 3, 2, 1, 0, 7, 8, 1, 4, 0x6c, 0x6f, 0x61, 0x64, 0, 0, 10, 9, 1, 7, 0, 0x20, 0, 0x28, 2, 0, 0x0b,
])

/** Reads the word at an address, as a module does. */
export function loader(memory: Memory): (address: number) => number {
  const { exports } = new Instance(new Module(LOAD), { e: { m: memory } })
  return (exports as { load: (address: number) => number }).load
}
