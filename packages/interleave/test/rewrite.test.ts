// Rewritten code, run to its end, does what the original does, and stops where the original shares.

import { assert, suite } from '@hakmem/testing'
import { InterleaveError } from '../dist/errors.js'
import { asyncOutcome, importText, type Module, outcome, rewritten, stepsOf } from './modules.ts'
import { drain } from './stub.runtime.ts'

const test = suite('rewrite')

/** What the snippets have: shared words, and functions that log what they are called with. */
const PRELUDE = `
const W = new Int32Array(new SharedArrayBuffer(64))
const B = new BigInt64Array(new SharedArrayBuffer(64))
let log = (x) => x
const f = (...xs) => { log(['f', ...xs]); return xs[0] }
const g = (x) => { log(['g', x]); return x }
const share = (x) => Atomics.add(W, 15, 1) + x
const boom = () => { throw new Error('own boom') }
`

const SNIPPETS: Record<string, string> = {
  'arguments are evaluated from left to right': 'return f(g(1), f(g(2), g(3)), share(4))',
  'a callee is looked up before its arguments': `let h = (x) => ['old', x]
    return h((h = (x) => ['new', x], share(1)))`,
  'a method is looked up before its arguments': `const o = { m(x) { return ['old', x, this === o] } }
    const change = () => { o.m = () => 'new'; return 1 }
    return o.m(change())`,
  'this is the receiver': `const o = { v: 3, m() { return this.v }, n: { v: 4, m: function () { return this.v } } }
    return [o.m(), o.n.m(), o['m'](), (o.m)(), o?.m(), o.n?.m(), (0, o.n).m()]`,
  'this is undefined in a plain call': `function who() { return this === undefined }
    const o = { who }
    const free = o.who
    return [who(), free(), (0, o.who)(), o.who(), free?.()]`,
  'this of an arrow function is the one around it': `const o = { v: 5, m() { const a = (x) => this.v + share(x); return a(1) } }
    return o.m()`,
  'an arrow function in an arrow function': `const o = { v: 5, m() { const a = () => () => this.v; return a()() } }
    return o.m()`,
  'an arrow function returns an object in parentheses': `const a = (x) => ({ x, y: share(x) }); return a(1)`,
  'an arrow function without parentheses': `const a = x => x + share(x); const b = ({ x }) => x; return [a(1), b({ x: 2 })]`,
  'an arrow function with a comment like an arrow': `const a = (/* => */ x /* => */) => /* => */ x + share(x); return a(1)`,
  'functions keep names and lengths': `const a = (x, y) => x; const o = { b(x, y = 1) {}, c: () => 1 }; function d(x) {}
    return [a.name, a.length, o.b.name, o.b.length, o.c.name, d.name, d.length]`,
  'a default is evaluated only when needed': `const h = (x = g(1), y = f(x, share(2))) => [x, y]
    return [h(), h(7), h(7, 8)]`,
  'a default sees the this of its method': `const o = { v: 6, m(x = this.n()) { return x }, n() { return this.v } }; return o.m()`,
  'a default counts up an element': `W.fill(3); const h = (x = W[1]++, y = ++W[1], z = W[2] += 4) => [x, y, z]; return [h(), [...W]]`,
  'parameters are taken apart': `const h = ({ a: [x, y = share(1)] = [g(1)], ...rest }, ...more) => [x, y, rest, more]
    return [h({}), h({ a: [5, 6], b: 7 }, 8, 9), h({ [g('a')]: [4] })]`,
  'a default with an optional chain': `const h = (o, x = o?.m?.(g(1))) => x; return [h(null), h({}), h({ m: (x) => share(x) })]`,
  'arguments is that of the call': `function h() { return [arguments.length, ...arguments, (() => arguments[0])()] }
    return h(share(1), 2)`,
  'function declarations are hoisted': `return early(2); function early(x) { return x * share(x) }`,
  'a function declaration in a block': `{ function inner(x) { return share(x) } W[0] = inner(3) } return [...W]`,
  'a function calls itself': `const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2)); return fib(12)`,
  'temporaries belong to one activation': `const h = (n) => (n === 0 ? 0 : (W[n] += h(n - 1) + 1) + W[n]--)
    return [h(8), [...W]]`,

  'an element is read, written and given back': `const x = (W[1] = 5); return [x, W[1], W[9] = W[1] + 1, [...W]]`,
  'an element wraps while its assignment does not': `return [(W[0] = 2 ** 32 + 1), W[0], (W[0] += 0.5), W[0]]`,
  'the object and the key are evaluated once, in order': `const a = () => { log('a'); return W }
    a()[g(1)] = g(2); a()[g(1)] += g(3); a()[g(1)]++; ++a()[g(1)]; return [...W]`,
  'the old value is read before the new one is computed': `W[0] = 1; W[0] += (W[0] = 10, share(5)); return W[0]`,
  'every assignment operator': `const r = []
    for (const x of [7, -7, 0]) { W[0] = x
      r.push(W[0] += 2, W[0] -= 3, W[0] *= 3, W[0] /= 2, W[0] %= 5, W[0] **= 2, W[0] <<= 3, W[0] >>= 1, W[0] >>>= 1, W[0] &= 6, W[0] |= 9, W[0] ^= 5) }
    return r`,
  'logical assignments skip what they do not need': `W[0] = 0; W[1] = 1; const o = { a: null }; const k = 'a'
    return [W[0] ||= g(2), W[1] ||= g(3), W[0] &&= g(4), W[2] &&= g(5), o[k] ??= g(6), o[k] ??= g(7), [...W]]`,
  'counting up and down': `W[0] = 5; return [W[0]++, W[0], ++W[0], W[0]--, --W[0], W[0], -W[0]++, !W[1]++]`,
  'counting BigInts': `B[0] = 5n; return [B[0]++, ++B[0], B[0]--, B[0] += 3n, B[0] **= 2n, B[0]]`,
  'counting what is no number': `const o = { a: '4', b: undefined, c: null, d: true }; const r = []
    for (const k of ['a', 'b', 'c', 'd', 'e']) r.push(o[k]++, ++o[k]); return [r, o]`,
  'a symbol is a key': `const s = Symbol(); const o = { [s]: 1 }; o[s]++; o[s] += 3; return o[s]`,
  'objects, strings and maps have elements and methods too': `const o = { x: 1 }; const k = 'x'; const m = new Map()
    o[k] = o[k] + 1; m.set(1, 2).set(3, share(4)); const list = [1, 2, 3].fill(share(0), 1)
    list.copyWithin(0, 1); return [o, 'abc'[1], [...m], list, o['x'], o[\`x\`]]`,
  'own methods of those names are gone into': `class Own { set(x) { return share(x) } fill(x) { return this.set(x) + 1 } }
    const o = new Own(); return [o.set(1), o.fill(2), o?.fill(3), o.set?.(4)]`,
  'bulk writes': `W.fill(7, 2, 4); W.set([1, 2], share(5)); W.copyWithin(0, 2, 4); return [...W]`,
  'an element of null throws': `const n = null; try { n[0] = g(1) } catch (e) { log(e.constructor.name) } return n[g(2)]`,
  'keys in order with a sequence': `return [W[(g(1), g(2))] = (g(3), g(4)), W[2], f((g(1), g(2)))]`,
  'an element that is deleted, typed and searched for': `const o = { a: 1, b: 2 }; const k = 'a'
    return [delete o[k], typeof o[k], typeof missing, k in o, 'b' in o, void o[k], o]`,
  'a frozen array refuses': `const a = Object.freeze([1]); try { a[0] = 2 } catch (e) { return e.constructor.name }`,
  'destructuring into elements': `const o = {}; ;[W[g(1)], W[g(2)] = share(5), o.x, ...o.rest] = [3, undefined, 4, 5, 6]
    ;({ a: W[3], b: W[4] = g(8) } = { a: 9 }); [W[3], W[4]] = [W[4], W[3]]; return [[...W], o]`,
  'loops over an element': `for (W[0] of [1, 2]) log(W[0]); const o = {}; for (o.k in { a: 1, b: 2 }) log(o.k); for (W[1] in [5]) g(1)
    return [[...W], o]`,

  'an optional chain': `const o = { p: { m(x) { return [x, this === o.p] } }, m: (x) => x }; const n = null; const u = undefined
    return [o?.p?.m(g(1)), n?.p.m(g(2)), o.q?.m(g(3)), o.p.q?.(g(4)), o.p.m?.(g(5)), u?.[g(6)], o?.p['m'](g(7)), o?.['p'].m(g(8))]`,
  'a short circuit skips the whole chain': `const n = null; return [n?.a.b[g(1)].c(g(2)), n?.[g(3)](g(4)), n?.(g(5)).x, W?.[g(1)], n?.a(share(1))?.b]`,
  'a chain through calls': `const o = { m(x) { log(x); return x > 2 ? null : { m: (y) => o.m(y), v: x } } }
    return [o.m(1)?.m(2)?.v, o.m(1)?.m(3)?.v, o.m(3)?.m(g(4)).v, o?.m(1).m(2).v]`,
  'a chain that is called keeps its this': `const o = { v: 9, m() { return this?.v }, k: 'm' }
    return [o.m?.(), o?.m?.(), o[o.k]?.(), o?.[o.k](), o[g('m')]?.(share(1))]`,
  'a chain of elements': `const o = { w: W, l: [[1, 2], [3, share(4)]] }; W[3] = 8
    return [o?.w[3], o.w?.[3], o?.l?.[1][1], o.x?.[g(1)], o?.l[g(0)]?.[g(1)], delete o?.l, o]`,
  'a chain over several lines': `const o = { m: (x) => ({ n: (y) => x + y }) }
    return o
      ?.m(g(1))
      ?.n(
        g(2)
      )`,
  'calls spread their arguments': `const xs = [1, 2, share(3)]; const o = { m: (...ys) => ys.length }
    return [f(...xs, 4, ...xs), o.m(...xs), o?.m(...xs), Math.max(...xs), [...xs, ...f([5])], { ...f({ a: 1 }) }]`,
  'conditions, sequences and logic': `const t = share(1) ? f(1) : f(2); const u = (f(3), share(0)) && f(4); const v = null ?? f(5)
    return [t, u, v, f(0) || f(6), f(0) && f(7), f(8) ? f(9) : f(10), !f(11), -f(12), +share(1), typeof f(13), void f(14)]`,
  'precedence around calls': `return [f(2) ** 2, -f(2), f(1) + f(2) * f(3), (f(1), f(2)), f(1) in { 1: 1 }, f(4) instanceof Object, \`\${f(1)}-\${W[share(0)]}\`]`,
  'new, with calls all over': `class C { constructor(x) { this.x = f(x) } } const o = { C, get: () => ({ C }) }; const l = [C]
    return [new C(g(1)), new o.C(share(0)), new (o.get().C)(3), new l[g(0)](4), new (class { y = f(1) })()]`,
  'tagged templates': `const t = (s, ...xs) => [s.raw[0], ...xs, share(0)]; const o = { v: 1, t() { return this.v } }; return [t\`a\${g(1)}b\`, o.t\`x\`]`,

  'classes: methods, accessors, fields, statics': `
    class A {
      #p = g(1); q = f(this.#p, 2); static s = share(1); static #c = 0; a = (x) => this.#p + share(x)
      static { A.t = f(7); W[5]++; A.t += W[5] }
      ['com' + 'puted'](x) { return x + this.#m(x) } #m(x) { return share(x) + ++A.#c }
      get v() { return g(this.#p) } set v(x) { this.#p = f(x) } static make(...xs) { return new this(...xs) }
      has(o) { return #p in o } *[Symbol.iterator]() {}
    }
    return 1`.replace('*[Symbol.iterator]() {}', ''),
  'classes: private names are used': `
    class A { #p = 1; #w = W; #m(x) { return x + share(this.#p) } static #n = (x) => share(x)
      m() { this.#p += this.#m(2); this.#w[2]++; return [this.#p, this?.#m(1), A.#n(3), #m in this, this.#w[2]] } }
    return new A().m()`,
  'classes: super': `
    class A { m(x) { return ['A', share(x), this.v] } static s(x) { return [share(x), this.name] } get w() { return 1 } }
    class B extends A { v = 3; m(x) { const a = () => super.m(x); return [super.m(x), a(), super['m'](x), super.w, super.none?.(x), super.m?.(x)] } static s(x) { return super.s(x) } }
    return [new B().m(0), B.s(1)]`,
  'classes: constructors': `
    class A { constructor(x) { log(new.target.name); this.x = share(x); this.m = (y) => this.x + share(y) } }
    class B extends A { constructor(x) { const early = (y) => this.z + y; const pure = (y) => share(y); super(f(x)); this.z = g(2); this.r = [early(1), pure(2), this.m(3)] } }
    const b = new B(1); return [b.r, b.x]`,
  'classes: an expression with a computed name and a base that is called': `
    const base = (x) => class { v() { return x } }; const name = () => 'm'
    const C = class extends base(share(1)) { [name()]() { return super.v() } static [f('n')] = share(2) }
    return [new C().m(), C.n]`,
  'classes: fields end as they did': `
    class A { a = () => { return 1 }
      ['b'] = (x) => x
      static
      c = g(1)
      d }
    const o = new A(); return [o.a(), o.b(2), A.c, 'd' in o]`,
  'what natives call stays plain': `
    class A { toString() { return 'A' + share(1) } valueOf() { return g(4) } toJSON() { return { j: share(0) } }
      [Symbol.iterator]() { return [1, 2][Symbol.iterator]() } }
    const a = new A(); return [String(a), a + 1, JSON.stringify(a), [...a], \`\${a}\`, a.toString()]`,
  'callbacks of natives': `const double = (x) => 2 * share(x); function isOdd(x) { return x % 2 === 1 }; const o = { up(a, b) { return a - b } }
    return [[1, 2].map(double), [1, 2, 3].filter(isOdd), [3, 1, 2].sort(o.up), Array.from([1], double), [1, 2].map((x) => f(x) + W[x]++),
      [1].map(share(1) ? double : isOdd), 'abc'.replace(/b/, () => f('x')), [1, 2].reduce((a, b) => a + share(b), 0), [...W]]`,
  'callbacks of own functions': `const twice = (h) => h(1) + h(2); const o = { k: 3, m() { return twice((x) => x * this.k + share(0)) } }; return [o.m(), twice(share)]`,
  'call, apply and bind': `function h(...xs) { return [this?.v, ...xs, share(0)] }; const o = { v: 1 }
    return [h.call(o, 2), h.apply(o, [3]), h.bind(o, 4)(5), Reflect.apply(h, o, [6])]`,
  'accessors of objects': `const o = { get a() { return share(1) }, set a(x) { W[3] = f(x) }, 'b c'() { return 2 }, 3() { return 3 }, async() { return 4 }, get() { return 5 }, static: () => 6 }
    o.a = 7; o.a += 1; return [o.a, o['b c'](), o[3](), o.async(), o.get(), o.static(), [...W]]`,

  'loops of every kind': `let r = 0; for (let i = share(0); i < f(3); i += g(1)) r += i; for (const x of f([1, 2])) r += share(x)
    for (const k in f({ a: 1 })) log(k); let n = 3; while (f(n--)) r++; do r += share(1); while (f(n++) < 2); do { r++ } while (f(0)); return r`,
  'loops without a block': `let r = 0; for (let i = 0; i < 3; i++) if (i) r += i; else r += 10
    for (const x of [1, 2]) for (const y of [3, 4]) r += x * y; while (r < 100) r++; for (; r < 105; r++); if (r) for (const x of [1]) r += x; else r = 0; return r`,
  'closures in a loop have their own variable': `const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); const r = []; for (const h of fs) r.push(h()); return r`,
  'labels, break and continue': `let r = []; outer: for (let i = 0; i < 4; i++) { inner: for (let j = 0; j < 4; j++) { if (j === share(1) % 3) continue outer; if (i === 2) break outer; r.push([i, j]); continue inner } }
    block: { if (share(1)) break block; r.push('never') } return r`,
  switch: `const r = []; for (const x of [1, 2, 3, 4]) switch (f(x)) { case g(1): r.push('one'); case 2: r.push(share(0)); break; default: r.push('many'); case share(100): { r.push('last') } } return r`,
  'try, catch and finally': `const r = []
    const h = (x) => { try { r.push(1); if (x) boom(); return share(r.length) } catch (e) { r.push(e.message); return g(2) } finally { r.push(f(3)) } }
    const k = () => { for (const x of [1, 2]) { try { continue } finally { r.push(share(x)) } } try { boom() } catch { r.push('caught') } }
    return [h(0), h(1), k(), r]`,
  'an error goes through': `try { f(boom()) } finally { log('finally') }`,
  'an error in an argument leaves the rest undone': `return f(g(1), boom(), g(2))`,
  'calling what is no function': `const o = {}; return o.m(g(1))`,
  'statements without semicolons': `let r = 0
    const h = () => { r++ }
    h()
    f(1)
    W[0] = 1
    W[0]++
    ;[1].forEach(h)
    const o = { x: 1 }
    f(o).x = 2
    if (r) f(3)
    else f(4)
    const k = () => {}
    (0, k)()
    let v = 1
    ++v
    return [r, o, v]`,
  'var is hoisted and shared': `if (share(0) === 0) { var x = 1 } for (var i = 0; i < 2; i++) { var y = i } return [x, i, y]`,
  'names with a dollar': `const $ = 1, $1 = 2, $h = 3, $$ = 4; W[0] = $; return [f($ + $1), W[0]++, W[1] += $$, $h]`,
  'names of natives that are other things': `const Math = { max: (x) => share(x) }; const String = (x) => ['own', share(x)]; return [Math.max(1, 2), String(3)]`,
  'globals that are natives': `return [Math.max(share(1), 2), Number('3'), String(4), Object.keys(f({ a: 1 })), JSON.stringify([share(0)]), Array.isArray(W), parseInt('7'), BigInt(2)]`,
  'regular expressions, comments and templates': `const s = \`a\${\`b\${f(1)}\`}\`; /* f(1) */ const r = /f\\(1\\)/.test("f(1)"); return [s, r] // f(2)`,
  atomics: `return [Atomics.store(W, 0, 5), Atomics.load(W, 0), Atomics.add(W, g(0), f(2)), Atomics.sub(W, 0, 1), Atomics.and(W, 0, 6), Atomics.or(W, 0, 8), Atomics.xor(W, 0, 1),
    Atomics.exchange(W, 0, 3), Atomics.compareExchange(W, 0, 3, 4), Atomics.notify(W, 0), Atomics.wait(W, 0, 0), Atomics.isLockFree(4), Atomics.load(...[W, 0]), [1].map(() => Atomics.add(W, 0, 1)), Atomics.add(B, 0, 2n)]`,
  'async functions give promises': `const a = async (x) => { log('in'); const y = await share(x); return y + W[0]++ }; async function b() { return share(1) } const c = { async m() { return f(1) } }
    return [a(1) instanceof Promise, b() instanceof Promise, c.m() instanceof Promise]`,
  'async functions keep names and lengths': `const a = async (x, y = 1) => x; const b = async function (x, y, ...z) {}; class C { async m({ x }, [y]) {} static async s() {} }
    return [a.name, a.length, b.name, b.length, new C().m.name, new C().m.length, C.s.name, C.s.length]`,
  'a module within: nothing at all': '',
}

const moduleOf = (body: string) => `${PRELUDE}export function run(logger) { log = logger; ${body}\n}`

for (const [name, body] of Object.entries(SNIPPETS)) {
  test(name, async () => {
    const source = moduleOf(body)
    const text = rewritten(source)
    assert.is(text.split('\n').length, source.split('\n').length, 'lines')
    const [original, other] = [await importText(source), await importText(text)]
    const expected = outcome(original)
    // A snippet that throws by mistake would compare nothing.
    assert.is(
      (expected[0] as unknown[])[0],
      /throws|error goes|error in|is no function/.test(name) ? 'threw' : 'returned',
    )
    assert.equal(outcome(other), expected)
    // Again: nothing may be left behind in temporaries or statics.
    assert.equal(outcome(other), outcome(original))
  })
}

const ASYNC_SNIPPETS: Record<string, string> = {
  'an async function runs on at once up to its first await': `const a = async (x) => { g(x); await null; g(-x) }
    const p = a(1); g(2); await p`,
  'tasks take turns as they do': `const a = async (n, x) => { for (let k = 0; k < n; k++) { g([x, k]); await k } return x }
    const all = [a(3, 'a'), a(2, 'b'), a(4, 'c')]; const r = []; for (const p of all) r.push(await p); return r`,
  'steps in async functions': `const a = async (x) => { const y = await share(x) + W[0]++; W[await g(3)] += share(await f(4)); return [y, ...W] }; return await a(1)`,
  'what is thrown is caught where it is awaited': `const a = async (x) => { if (x) await boom(); boom() }
    try { await a(0) } catch (e) { log(e.message) } try { await a(1) } catch (e) { log(e.message) } finally { log(await f('finally')) }`,
  'an async function throws out of run': `const a = async () => { try { await f(1) } finally { await f(2) } boom() }; await a()`,
  'a default that throws rejects': `const a = async (x = boom()) => x; let p; try { p = a(); log('called') } catch { log('threw') }
    try { await p } catch (e) { log(e.message) }`,
  'this, arguments and parameters of async functions': `class C { v = 5; async m(x, ...more) { await null; return [this.v, x, more, arguments.length] } n = async (x) => { await null; return this.v + x }; static async s({ a: [x, y = share(1)] }) { return [x, await y] } async ['k' + f(1)]() { return this === undefined } }
    const c = new C(); return [await c.m(1, 2, 3), await c.n(4), await C.s({ a: [7] }), await c.k1()]`,
  'async methods that use super': `class A { async m(x) { await null; return [x] } } class B extends A { async m(x) { return [...await super.m(x), share(1)] } }
    return await new B().m(2)`,
  'arguments of an async arrow function are those around it': `function h() { const a = async () => { await null; return arguments[0] }; return a(5) }
    return await h(6)`,
  'async arrow functions of every form': `const a = async x => x + await share(x); const b = async ({ x }) => ({ x }); const c = async () => await (async () => f(3))(); const d = async (/* ) */ x /* => */) => x
    return [await a(1), await b({ x: 2 }), await c(), await d(4)]`,
  'a call on a line of its own after an await': `const a = async () => 1
    await a()
    ;[2].map(g)
    await (await a)()`,
  'async functions as callbacks': `const r = []; for (const p of [1, 2].map(async (x) => { await null; return share(x) })) r.push(await p); return r`,
  'for await': `const a = async (list) => { const r = []; for await (const x of list) r.push(share(x)); return r }; return await a([1, Promise.resolve(2)])`,
  'an async function returns a promise': `const a = async () => b(); const b = async () => Promise.resolve(f(1)); return [await a(), await await b()]`,
  'optional calls of async functions': `const o = { async m(x) { return x }, n: null }; return [await o?.m?.(1), await o.n?.m(2), await o.n?.(3)]`,
  'typeof waitAsync': `return [typeof Atomics.waitAsync, typeof Atomics.none, (await Atomics.waitAsync(W, 0, 1)).value]`,
}

for (const [name, body] of Object.entries(ASYNC_SNIPPETS)) {
  test(name, async () => {
    const source = `${PRELUDE}export async function run(logger) { log = logger; ${body}\n}`
    const text = rewritten(source)
    assert.is(text.split('\n').length, source.split('\n').length, 'lines')
    const [original, other] = [await importText(source), await importText(text)]
    const expected = await asyncOutcome(original)
    assert.is(
      (expected[0] as unknown[])[0],
      name.includes('throws out') ? 'threw' : 'returned',
      String(expected),
    )
    assert.equal(await asyncOutcome(other), expected)
    assert.equal(await asyncOutcome(other), await asyncOutcome(original))
  })
}

test('the top level of a module runs, with its own temporaries', async () => {
  const source = `#!/usr/bin/env node
    const W = new Int32Array(new SharedArrayBuffer(16)); W[1] += 3; W[1]++
    const twice = (x) => Atomics.add(W, 0, x) * 2
    export const a = twice(3), b = [1, 2].map(twice), c = W?.[1], d = await twice(1)
    export default (x) => x + a
    export { twice as e }
    export class K { static v = twice(2); m() { return twice(4) } }
    export function run() { return [a, b, c, d, W, new K().m(), K.v] }`
  const [original, other] = [await importText(source), await importText(rewritten(source))]
  assert.equal(outcome(other), outcome(original))
  assert.equal(outcome(other, 'default'), outcome(original, 'default'))
})

test('an anonymous default function, used before it stands there', async () => {
  const source = `export const run = () => h(1); import { default as h } from 'data:text/javascript,export default function (x) { return x + 1 }'`
  assert.equal(outcome(await importText(rewritten(source))), [['returned', 2], []])
  const text = rewritten('export default function (x) { return g(x) } const g = (x) => x + 1')
  assert.equal(outcome((await importText(text)) as Module, 'default').length, 2)
})

test('stops at steps, calls and loops, each by its line', async () => {
  const source = `const W = new Int32Array(new SharedArrayBuffer(64))
const one = (x) => Atomics.load(W, x)
class A {
  #m() { return one(0) +
      one(1) }
  m() {
    for (const x of [1])
      this.#m()
    return Atomics.exchange(W, 0, 1)
  }
}
export const run = () => new A().m()`
  const module = await importText(rewritten(source))
  assert.equal(stepsOf(module), ['load made-up.js:2 one', 'load made-up.js:2 one', 'exchange made-up.js:9 m'])
})

test('a local point stands where a function and a loop body begin', () => {
  const points = [
    ...rewritten(`const f = (x) => x
    function g() { for (;;) { break }
      while (f(0));
      do f(1); while (0) }
    class A { m() { const h = function () {}; [1].map((x) => { for (;;) break }) } constructor() { for (;;) break } get v() { for (;;) break } }
    async function a() { for (;;) break }
    for (const x of [1]) f(x)`).matchAll(/point\("([^"]*)"\)/g),
  ]
  assert.equal(
    points.map(([, site]) => site),
    // Where an async function is called, where it begins, and its loop.
    ['1 f', '2 g', '2 g', '3 g', '4 g', '5 m', '5 h', '6 a', '6 a', '6 a'].map(
      (site) => `made-up.js:${site}`,
    ),
  )
})

test('plain accesses of a declared function are steps', async () => {
  const source = `const S = new Uint8Array(new SharedArrayBuffer(8))
    export const mark = S.length ? (s, i) => { s[i] = 255 } : (s, i) => { Atomics.store(s, i, 255) }
    export function seen(s, i) { return s[i] }
    export const count = (s, i) => [s[i]++, s[i] += 2, ++s[i], s[i] = 9]
    export const run = () => [mark(S, 1), seen(S, 1), count(S, 2), S]`
  const declared = { mark: 'release', seen: 'acquire', count: 'unordered' } as const
  const other = await importText(rewritten(source, { declared }))
  assert.equal(outcome(other), outcome(await importText(source)))
  assert.equal(stepsOf(other), [
    'store release made-up.js:2 mark',
    'load acquire made-up.js:3 seen',
    ...['load', 'store', 'load', 'store', 'load', 'store', 'store'].map(
      (kind) => `${kind} unordered made-up.js:4 count`,
    ),
  ])
})

const REFUSED: Record<string, [source: string, message: RegExp]> = {
  'a generator function': ['function* g() {}', /made-up\.js:1: g is a generator function/],
  'a generator method': ['\nclass A { *m() {} }', /made-up\.js:2: m is a generator function/],
  'an operation that is not known': ['Atomics.waitOn(x, 0, 0)', /Atomics\.waitOn has no model/],
  'an operation by a computed name': ['Atomics[x](y)', /has no model/],
  'Atomics taken apart': ['const { load } = Atomics', /Atomics is used other than in a call/],
  'an operation as a value': ['const load = Atomics.load', /Atomics is used other than in a call/],
  'Atomics of an object': ['globalThis.Atomics.load(x, 0)', /Atomics is reached through an object/],
  'a using declaration': ['function f() { using x = y }', /using/],
  'a chain with calls, called': ['(a.b()?.c)(1)', /optional chain/],
  'what is no module': ['const const = 1', /made-up\.js: no module that can be read/],
}

for (const [name, [source, message]] of Object.entries(REFUSED)) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => rewritten(source),
      (error: unknown) =>
        error instanceof InterleaveError && error.code === 'REWRITE' && message.test(error.message),
    )
  })
}

test('refuses to declare what is not there, or cannot be suspended', () => {
  for (const source of [
    'const seen = 1',
    'async function mark() {}',
    'class A { get mark() { return 1 } }',
  ]) {
    assert.throws(() => rewritten(source, { declared: { mark: 'release' } }), /declared\.mark: no function/)
  }
})

test('timers and promises run what they are given by name', async () => {
  const source = `const W = new Int32Array(new SharedArrayBuffer(8)); const tick = () => Atomics.add(W, 0, 1)
    export const run = async () => {
      queueMicrotask(tick)
      setTimeout(tick)
      await Promise.resolve().then(tick)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return W[0]
    }`
  assert.is(await drain((await importText(rewritten(source))).run?.()), 3)
})

test('an Atomics of its own is no step', async () => {
  const source = `const Atomics = { load: (x) => ['own', x] }; export const run = () => Atomics.load(1)`
  assert.equal(outcome(await importText(rewritten(source))), outcome(await importText(source)))
})

test.run()
