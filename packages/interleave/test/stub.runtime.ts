// A runtime that performs every step at once: rewritten code, run to its end with it, must do what the original does.

export function Gen(): void {}
Gen.prototype = Object.getPrototypeOf(function* () {}).prototype

export const points = { left: Number.MAX_SAFE_INTEGER }

/** Every site that a step had since this was last emptied. */
export const sites: string[] = []

type Step = () => unknown
type Elements = Record<PropertyKey, unknown>

const perform = (op: string, args: unknown[]): unknown =>
  (Atomics as unknown as Record<string, (...args: unknown[]) => unknown>)[op]?.(...args)

export const atomic = (op: string, site: string, ...args: unknown[]): Step => {
  sites.push(`${op} ${site}`)
  return () => perform(op, args)
}

export const plain = (
  kind: string,
  order: string,
  site: string,
  a: Elements,
  i: PropertyKey,
  v?: unknown,
): Step => {
  sites.push(`${kind} ${order} ${site}`)
  return () => {
    if (kind === 'load') return a[i]
    a[i] = v
    return undefined
  }
}

export const point = (site: string): Step => {
  sites.push(`point ${site}`)
  return () => undefined
}

export const get = (a: Elements, i: PropertyKey): unknown => a[i]

export const set = (a: Elements, i: PropertyKey, v: unknown): unknown => {
  a[i] = v
  return v
}

export const method = (
  a: Record<string, (...args: unknown[]) => unknown>,
  name: string,
  _site: string,
  ...args: unknown[]
) => a[name]?.(...args)

export const drain = (value: unknown): unknown => {
  if (!(value instanceof Gen)) return value
  const generator = value as unknown as Generator<Step, unknown, unknown>
  let result = generator.next()
  while (!result.done) result = generator.next(result.value())
  return result.value
}

class Awaited {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

export const awaiting = (site: string, value: unknown): Awaited => {
  sites.push(`await ${site}`)
  return new Awaited(value)
}

export const outside = (_site: string, value: unknown): unknown => value

/** The body of an async function, run by the host's promises. */
export function* task(
  fn: (...args: unknown[]) => Generator<Step | Awaited, unknown, unknown>,
  self: unknown,
  args: ArrayLike<unknown>,
): Generator<Step, Promise<unknown>, unknown> {
  return (async () => {
    const body = Reflect.apply(fn, self, args)
    let result = body.next()
    while (!result.done) {
      if (!(result.value instanceof Awaited)) result = body.next(result.value())
      else {
        let value: unknown
        try {
          value = await result.value.value
        } catch (error) {
          result = body.throw(error)
          continue
        }
        result = body.next(value)
      }
    }
    return result.value
  })()
}

export const drainAtomic = (op: string, _site: string, ...args: unknown[]): unknown => perform(op, args)
