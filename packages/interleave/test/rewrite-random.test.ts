// Random expressions and statements mean the same after rewriting: fast-check makes them up and shrinks those that do not.

import { assert, suite } from '@hakmem/testing'
import fc from 'fast-check'
import { importText, outcome, rewritten } from './modules.ts'

const test = suite('random programs')

const PRELUDE = `
const W = new Int32Array(new SharedArrayBuffer(32))
const plain = [1, 2, 3, 4, 5, 6, 7, 8]
let log, v, n, fuel
const f = (...xs) => { log(xs.length); return log(xs.length ? xs[0] : 0) }
function g(x = f(3), { y = f(x) } = {}) { return log(num(x) + num(y)) }
const t = (s, ...xs) => f(...xs)
const num = (x) => (typeof x === 'number' ? x | 0 : 1)
const fail = (x) => { if (num(x) % 5 === 3) throw new Error('own ' + num(x)); return x }
class A { #x = 1; m(x) { this.#x += num(x); return this.#x } get next() { return f(new A()) } static s = (x) => f(x) + W[0] }
class C extends A { m(x) { return super.m(x) + num(f(x)) } w = W; other(x) { const h = (y) => this.m(y) + num(y); return h(x) } }
let o
const o2 = { none: null, m(x) { return f(x) } }
const reset = (logger) => { log = logger; v = 1; n = null; fuel = 5; o = new C(); W.fill(2); plain.fill(3) }
`

/** An index into W, whatever the expression gives. */
const at = (e: string) => `num(${e}) & 7`

const { expression, statement } = fc.letrec<{ expression: string; statement: string; target: string }>(
  (tie) => {
    const e = tie('expression')
    const target = tie('target')
    const op = fc.constantFrom('+', '-', '*', '|', '&', '<<', '>>>', '<', '===', ',', '&&', '||')
    const assign = fc.constantFrom('=', '+=', '-=', '|=', '>>=', '&&=', '||=', '??=')
    const of = (...parts: (string | fc.Arbitrary<string>)[]) =>
      fc
        .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
        .map((texts) => texts.join(''))
    return {
      target: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('v', 'W[0]', 'plain[1]', 'o.w[2]', 'o.p'),
        e.map((x) => `W[${at(x)}]`),
        e.map((x) => `(f(${x}), plain)[${at('f(2)')}]`),
      ),
      expression: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        fc.constantFrom('0', '1', '7', 'v', 'n', 'W[3]', 'plain[2]', 'o.p', 'o.w[1]'),
        of('f(', e, ', ', e, ')'),
        of('f(...[', e, '], ...[', e, ', ', e, '])'),
        of('g(', e, ')'),
        of('g(undefined, { y: ', e, ' })'),
        of('fail(', e, ')'),
        of('o.m(', e, ')'),
        of('o.next.other(', e, ')'),
        of('A.s(', e, ')'),
        of('o?.m(', e, ')'),
        of('n?.m(', e, ')[', e, ']'),
        of('o2.none?.[', e, ']'),
        of('o2[', fc.constantFrom("'m'", "'x'", "'none'"), ']?.(', e, ')'),
        of('o2?.m?.(', e, ')'),
        of('(', e, ')?.toString().length'),
        of('W?.[num(', e, ') & 3]'),
        e.map((x) => `W[${at(x)}]`),
        of('(', e, ' ', op, ' ', e, ')'),
        of('(', e, ' ?? ', e, ')'),
        of('(', e, ' ? ', e, ' : ', e, ')'),
        of('(', target, ' ', assign, ' ', e, ')'),
        of(target, fc.constantFrom('++', '--')),
        of('(', fc.constantFrom('++', '--'), target, ')'),
        of('(-', e, ')'),
        of('typeof ', e),
        of('[', e, ', ', e, '].length'),
        of('({ a: ', e, ', [f(', e, ')]: 1 }).a'),
        of('`${', e, '}`.length'),
        of('t`${', e, '}${', e, '}`'),
        of('((x) => ', e, ')(', e, ')'),
        of('[1, 2].map((x) => ', e, ').length'),
        of('Atomics.add(W, ', e.map(at), ', num(', e, '))'),
        of(
          '(([a, b = ',
          e,
          '] = [',
          e,
          ']) => f(a, b))(',
          e.map((x) => `[${x}]`),
          ')',
        ),
        of('([', target, ', ', target, ' = ', e, '] = [', e, ']).length'),
      ),
      statement: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        of(e, '\n'),
        of('if (', e, ') ', tie('statement'), ' else { ', tie('statement'), ' }\n'),
        of('for (let i = 0; i < 2; i++) ', tie('statement'), '\n'),
        of('for (const x of [1, ', e, ']) { if (x === v) continue; ', tie('statement'), ' }\n'),
        of(
          'try { ',
          tie('statement'),
          ' } catch (error) { log(error.message.slice(0, 3)) } finally { ',
          tie('statement'),
          ' }\n',
        ),
        of(
          'switch (',
          e,
          ') { case ',
          e,
          ': ',
          tie('statement'),
          ' break; default: ',
          tie('statement'),
          ' }\n',
        ),
        of('{ const k = (y) => ', e, '\n v = num(k(', e, '))\n }\n'),
        of('do { ', tie('statement'), ' } while (fuel-- > 0 && num(v) > 0)\n'),
      ),
    }
  },
)

/** Many at once, for a module costs more than what is in it. */
const PER_MODULE = 20

const check = async (bodies: readonly string[]) => {
  const runs = bodies.map((body, k) => `export function run${k}(logger) { reset(logger)\n${body}\n}`)
  const source = PRELUDE + runs.join('\n')
  const [original, other] = [await importText(source), await importText(rewritten(source))]
  let returned = 0
  bodies.forEach((body, k) => {
    const expected = outcome(original, `run${k}`)
    if ((expected[0] as unknown[])[0] === 'returned') returned++
    assert.equal(outcome(other, `run${k}`), expected, body)
  })
  return returned
}

test(
  'expressions',
  async () => {
    let returned = 0
    const bodies = fc.array(
      expression.map((text) => `return [${text}, v, [...W], plain, o.p]`),
      { minLength: 1, maxLength: PER_MODULE, size: 'max' },
    )
    await fc.assert(
      fc.asyncProperty(bodies, async (texts) => {
        returned += await check(texts)
      }),
      { seed: 20260101, numRuns: 150 },
    )
    // Most must get to their ends, or little was compared.
    assert.ok(returned > 500, `${returned} returned`)
  },
  { timeout: 60_000 },
)

test(
  'statements',
  async () => {
    let returned = 0
    const bodies = fc.array(
      statement.map((text) => `${text}\nreturn [v, [...W], plain, o.p]`),
      { minLength: 1, maxLength: PER_MODULE, size: 'max' },
    )
    await fc.assert(
      fc.asyncProperty(bodies, async (texts) => {
        returned += await check(texts)
      }),
      { seed: 20260102, numRuns: 100 },
    )
    assert.ok(returned > 300, `${returned} returned`)
  },
  { timeout: 60_000 },
)

test.run()
