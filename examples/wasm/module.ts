// A module that adds up the values of one kind in a list of readings, where they are. Its offsets are those of the struct.

import { layoutOf } from '@hakmem/structs'
import loadWabt from 'wabt'
import { Reading } from './record.js'

/** The types of WebAssembly, which the libraries of this project do not declare. */
interface Wasm {
  Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => SharedMemory
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

export interface SharedMemory {
  readonly buffer: SharedArrayBuffer
}

export const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly

export const PAGES = 1024

export async function compile(): Promise<object> {
  const { fields } = layoutOf(Reading)
  const wabt = await loadWabt()
  const text = `
    (module
      (import "host" "memory" (memory 1 ${PAGES} shared))
      (func (export "sum") (param $reading i32) (param $kind i32) (result f64)
        (local $sum f64)
        (loop $each
          (if (i32.eqz (local.get $reading)) (then (return (local.get $sum))))
          (if (i32.eq (i32.load8_u offset=${fields.kind.offset} (local.get $reading)) (local.get $kind))
            (then
              (local.set $sum
                (f64.add (local.get $sum) (f64.load offset=${fields.value.offset} (local.get $reading))))))
          (local.set $reading (i32.load offset=${fields.next.offset} (local.get $reading)))
          (br $each))
        (unreachable)))`
  const module = wabt.parseWat('sum.wat', text, { threads: true })
  return new Module(module.toBinary({}).buffer)
}

/** The module on a memory: the sum of the values of kind number `kind` in the list that starts at `reading`. */
export function summer(module: object, memory: SharedMemory): (reading: number, kind: number) => number {
  const { exports } = new Instance(module, { host: { memory } })
  return (exports as { sum: (reading: number, kind: number) => number }).sum
}
