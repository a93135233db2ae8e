/**
 * A call that V8 lays out of line.
 *
 * malloc and free are inlined into their caller's loop, and with them the call of their slow path. V8 keeps nothing in
 * registers across a call, whichever way it is placed, so a call that happens once in a million turns makes every turn
 * store and reload what the loop works with: 0.74 of the speed of tiny-hot, 0.67 of larson (docs/performance.md). C
 * compilers are told with `__builtin_expect`; JavaScript has no such word. But V8 itself marks a few of its own calls
 * as rare, and then moves them, and all that they spill, behind the function. One of these can run code of ours:
 * `value instanceof F` asks a proxy for its prototype by a call out of line.
 *
 * So a slow path is run by the trap of a proxy: `if (proxy instanceof Never) …`, which the language defines to call the
 * trap once and to be false, in every engine. It costs 60 ns more than a call. What the slow path is
 * given and what it answers go through fields.
 */

/** Nothing is an instance of it. */
export function Never(): void {}

/** An object whose test for `instanceof Never` runs `slow`, once, and is false. What `slow` throws comes through. */
export function outOfLine(slow: () => void): object {
  return new Proxy(Object.freeze({}), {
    getPrototypeOf() {
      slow()
      return Object.prototype
    },
  })
}
