/**
 * The accessors of numbers in a struct, each in one step from the view to the memory.
 *
 * Written out, and with all they close over as parameters (a `const` costs a check in bytecode), a getter takes 20 bytes of
 * bytecode and a setter 25. Up to 27 V8 inlines whatever the caller's budget; made of `read` and `write` they took 45 and,
 * in loops that also allocate, were called: 100 ns a struct of six fields, its doubles boxed (pnpm bench:passing).
 */

import type { Accessors } from './kind.ts'

export const u8Accessors = (U8: Uint8Array, offset: number): Accessors<number> => ({
  get() {
    return U8[(this.$at + offset) >>> 0]
  },
  set(value) {
    U8[(this.$at + offset) >>> 0] = value
  },
})

export const i8Accessors = (I8: Int8Array, offset: number): Accessors<number> => ({
  get() {
    return I8[(this.$at + offset) >>> 0]
  },
  set(value) {
    I8[(this.$at + offset) >>> 0] = value
  },
})

export const u16Accessors = (U16: Uint16Array, offset: number): Accessors<number> => ({
  get() {
    return U16[(this.$at + offset) >>> 1]
  },
  set(value) {
    U16[(this.$at + offset) >>> 1] = value
  },
})

export const i16Accessors = (I16: Int16Array, offset: number): Accessors<number> => ({
  get() {
    return I16[(this.$at + offset) >>> 1]
  },
  set(value) {
    I16[(this.$at + offset) >>> 1] = value
  },
})

export const u32Accessors = (U32: Uint32Array, offset: number): Accessors<number> => ({
  get() {
    return U32[(this.$at + offset) >>> 2]
  },
  set(value) {
    U32[(this.$at + offset) >>> 2] = value
  },
})

export const i32Accessors = (I32: Int32Array, offset: number): Accessors<number> => ({
  get() {
    return I32[(this.$at + offset) >>> 2]
  },
  set(value) {
    I32[(this.$at + offset) >>> 2] = value
  },
})

export const f32Accessors = (F32: Float32Array, offset: number): Accessors<number> => ({
  get() {
    return F32[(this.$at + offset) >>> 2]
  },
  set(value) {
    F32[(this.$at + offset) >>> 2] = value
  },
})

export const f64Accessors = (F64: Float64Array, offset: number): Accessors<number> => ({
  get() {
    return F64[(this.$at + offset) >>> 3]
  },
  set(value) {
    F64[(this.$at + offset) >>> 3] = value
  },
})
