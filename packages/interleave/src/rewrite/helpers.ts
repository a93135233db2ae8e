/**
 * What rewritten code needs so that its meaning stays exactly that of the original, beside the steps of `runtime.ts`.
 * The runtime comes as an argument, since a module may be rewritten for another one (`LoadOptions.runtime`).
 */

/** The part of a runtime that is used here. */
export interface Plain {
  set(target: object, key: PropertyKey, value: unknown, site: string): unknown
  drain(value: unknown): unknown
}

/** The target `a[i]` of a destructuring: whatever is assigned to `.value` is stored there. */
export function ref(runtime: Plain, target: object, at: PropertyKey, site: string): { value: unknown } {
  return {
    set value(value: unknown) {
      runtime.set(target, at, value, site)
    },
  }
}

const GENERATOR_FUNCTION: unknown = Object.getPrototypeOf(function* () {})

/** A rewritten function that a native is about to call: it runs to its end there, as a function literal would. */
export function callback(runtime: Plain, value: unknown): unknown {
  if (typeof value !== 'function' || Object.getPrototypeOf(value) !== GENERATOR_FUNCTION) return value
  return function (this: unknown, ...args: unknown[]): unknown {
    return runtime.drain(Reflect.apply(value, this, args))
  }
}
