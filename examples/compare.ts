// What the examples share: the same work done twice, over shared memory and through postMessage, checked and printed.

export interface Timed {
  result: number
  ms: number
}

/** Runs both, checks that they found the same, and prints how long each took. */
export async function compare(
  unit: string,
  amount: number,
  ways: { shared: () => Promise<number>; posted: () => Promise<number> },
): Promise<void> {
  const shared = await timed(ways.shared)
  report(unit, amount, shared, await timed(ways.posted))
}

export async function timed(body: () => Promise<number>): Promise<Timed> {
  const start = performance.now()
  const result = await body()
  return { result, ms: performance.now() - start }
}

/** Prints both. Throws if they did not find the same. */
export function report(unit: string, amount: number, shared: Timed, posted: Timed): void {
  if (Math.abs(shared.result - posted.result) > 1e-9 * Math.abs(posted.result)) {
    throw new Error(`the results differ: ${shared.result} shared, ${posted.result} posted`)
  }
  console.log(`result       ${shared.result}, both ways`)
  for (const [name, { ms }] of [
    ['shared', shared],
    ['postMessage', posted],
  ] as const) {
    console.log(`${name.padEnd(12)} ${ms.toFixed(1).padStart(9)} ms   ${rate(amount, ms)} ${unit}/s`)
  }
  console.log(`shared is ${(posted.ms / shared.ms).toFixed(1)} x as fast`)
}

function rate(amount: number, ms: number): string {
  const perSecond = (amount / ms) * 1000
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(2)} M`
  return perSecond >= 1e4 ? `${(perSecond / 1e3).toFixed(1)} k` : perSecond.toFixed(0)
}
