/** Calls a function at the very end of the stack, where it runs out of it somewhere on its way. */

/** Calls `body` as deep as the stack goes, then ever less deep until it gets through or `throws` times. How often it threw. */
export function atTheEnd(body: () => void, throws: number): number {
  let thrown = 0
  let done = false
  const dive = (): void => {
    try {
      dive()
    } catch (error) {
      if (!(error instanceof RangeError) || done || thrown > throws) throw error
    }
    if (done) return
    if (thrown === throws) {
      done = true
      return
    }
    try {
      body()
      done = true
    } catch (error) {
      // Whoever runs out of stack throws a RangeError; so does a size out of range, which has a code.
      if (!(error instanceof RangeError) || 'code' in error) throw error
      thrown++
    }
  }
  dive()
  return thrown
}
