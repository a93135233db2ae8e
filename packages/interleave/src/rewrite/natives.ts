/** What rewriting takes for granted of the language's own functions, by name: unless the module binds the name itself. */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Operations of Atomics that are steps. */
export const STEPS = words(
  'load store add sub and or xor exchange compareExchange wait waitAsync notify pause',
)

/** Globals whose functions call nothing of the code under test, but for callbacks: nobody looks at their results. */
export const NATIVES = words(`
  Math Number Object Array JSON BigInt Boolean String Symbol Date Promise console performance
  parseInt parseFloat isNaN isFinite structuredClone queueMicrotask
  setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate
  Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array
  BigInt64Array BigUint64Array ArrayBuffer
`)

/** Functions and methods that call what they are given: a rewritten function there is run to its end. */
export const CALLING = words(`
  map filter forEach some every find findIndex findLast findLastIndex flatMap reduce reduceRight sort toSorted
  from groupBy replace replaceAll then catch finally on addEventListener stringify parse
  setTimeout setInterval setImmediate queueMicrotask
`)

/** Methods that natives call by their names, and would get a generator from. */
export const CALLED = words('toString valueOf toJSON then')

/** Expressions that cannot be a function of the code under test, so that no callback hides behind them. */
export const NO_FUNCTION = words(`
  Literal TemplateLiteral BinaryExpression UnaryExpression UpdateExpression ArrayExpression ObjectExpression
  ArrowFunctionExpression FunctionExpression ClassExpression NewExpression
`)
