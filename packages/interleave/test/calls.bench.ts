// What a call in rewritten code costs, by the form that it is rewritten to: the figures in `rewrite/rewrite.ts`.
// Run: node packages/interleave/dist-test/calls.bench.js

const CALLS = 2_000_000
const ROUNDS = 5

const FORMS: Record<string, string> = {
  'instanceof, yield* (as rewritten)': '(($1 = CALL) instanceof Gen ? yield* $1 : $1)',
  'yield* into': '(yield* into(CALL))',
  'instanceof, next by hand': '(($1 = CALL) instanceof Gen ? yield* $1 : $1)',
}
const BY_HAND =
  'if (($1 = CALL) instanceof Gen) { $2 = $1.next(); while (!$2.done) $2 = $1.next(yield $2.value); $1 = $2.value }'

/** What the forms refer to. */
const WORLD = `function Gen() {}
  Gen.prototype = Object.getPrototypeOf(function* () {}).prototype
  const result = { done: true, value: undefined }
  const trivial = { next: () => result, [Symbol.iterator]() { return this } }
  const into = (value) => (value instanceof Gen ? value : ((result.value = value), trivial))
  const plain = (x) => (x * 3) | 0
  const suspendable = function* (x) { if (x < 0) yield 1; return (x * 3) | 0 }
`

type Made = (argument: number) => Generator<number, number, number>

const isByHand = (form: string) => form.includes('by hand')

/** \`s += callee(i)\` in a loop, the call in the given form. */
const loop = (form: string, callee: string) => {
  const call = (FORMS[form] as string).replace('CALL', `${callee}(i)`)
  const body = isByHand(form)
    ? `${BY_HAND.replace('CALL', `${callee}(i)`)}; s = (s + $1) | 0`
    : `s = (s + ${call}) | 0`
  return new Function(
    `${WORLD} return function* (n) { let s = 0, $1, $2; for (let i = 0; i < n; i++) { ${body} } return s }`,
  )()
}

/** A function that yields \`n\` times, under \`depth\` calls in the given form. */
const stack = (form: string, depth: number) => {
  const frames = Array.from({ length: depth }, (_, k) => {
    const call = (FORMS[form] as string).replace('CALL', `f${k}(n)`)
    const body = isByHand(form) ? `${BY_HAND.replace('CALL', `f${k}(n)`)}; return $1` : `return ${call}`
    return `const f${k + 1} = function* (n) { let $1, $2; ${body} }`
  })
  const leaf = 'const f0 = function* (n) { let s = 0; for (let i = 0; i < n; i++) s += yield i; return s }'
  return new Function(`${WORLD} ${leaf}\n${frames.join('\n')}\nreturn f${depth}`)()
}

/** The least of some rounds, in nanoseconds a turn. */
const measure = (made: Made): string => {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    const generator = made(CALLS)
    let step = generator.next()
    while (!step.done) step = generator.next(1)
    least = Math.min(least, performance.now() - start)
  }
  return `${((1e6 * least) / CALLS).toFixed(1)} ns`
}

for (const form of Object.keys(FORMS)) {
  console.log(form)
  console.log(`  a call to a plain function      ${measure(loop(form, 'plain') as Made)}`)
  console.log(`  a call to a rewritten function  ${measure(loop(form, 'suspendable') as Made)}`)
  for (const depth of [1, 10])
    console.log(`  a step under ${depth} calls`.padEnd(34) + measure(stack(form, depth) as Made))
}
