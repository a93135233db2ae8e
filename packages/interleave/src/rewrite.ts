/**
 * Source text to source text: functions become generators that stop before every shared step.
 *
 * Every suspendable function is a generator function afterwards, and every call in it looks at what it got: a
 * generator is gone into. What cannot be suspended (constructors, accessors, callbacks of natives, a module's top
 * level) runs the generators that it meets to their ends. INVARIANTS: evaluation order, `this` and short circuits
 * are those of the original, and so is the number of every line; an expression is replaced by one in parentheses.
 *
 * The text is put together bottom up, since an expression may move into another one (`a[f()] += g()` becomes a
 * call), which a list of edits at positions cannot say. Temporaries are local to the function that they stand in:
 * an activation evaluates an expression at most once at a time, so each is free again when its expression is done.
 *
 * A call is `(($1 = f(x)) instanceof $.Gen ? yield* $1 : $1)`. Node 20, x64, ns a call to a plain function, a call to
 * a rewritten one, and a step under ten calls (`node packages/interleave/dist-test/calls.bench.js`): 5, 29, 183. A
 * trivial iterator, `(yield* $.into(f(x)))`: 9, 30, 180. `next` called by hand in a loop: 2, 30, 196, but that is a
 * statement, and calls stand in expressions.
 */

import type { AnyNode, CallExpression, ChainExpression, MemberExpression, Program, Token } from 'acorn'
import { parse } from 'acorn'
import { InterleaveError } from './errors.ts'
import { CALLED, CALLING, NATIVES, NO_FUNCTION, STEPS } from './natives.ts'
import { children, hasSteps, isAtomics, isBulk, isElement, nameOf, usesOf, within } from './tree.ts'

/** How the plain accesses in a function are ordered: a step of its own each. */
export type Order = 'unordered' | 'release' | 'acquire'

export interface RewriteOptions {
  /** What step names call the file: "ordering.js". */
  readonly file: string
  /** URL of the module that rewritten code takes its steps from. */
  readonly runtime: string
  /** Functions of this file whose plain accesses are steps. */
  readonly declared?: Readonly<Record<string, Order>>
}

/** The rewritten text. Throws InterleaveError, code REWRITE, for what cannot be rewritten. */
export function rewrite(source: string, options: RewriteOptions): string {
  return new Rewriter(source, options).module()
}

// Implementation

const HELPERS = new URL('./helpers.js', import.meta.url).href

/** The function, or the like, that the current expression stands in. */
interface Context {
  /** For step names. */
  readonly name: string
  /** Whether it is a generator function: may yield. */
  readonly suspends: boolean
  /** No statement could declare temporaries here: parameters and fields. */
  readonly bare: boolean
  readonly order: Order | undefined
  /** How many temporaries so far. */
  temps: number
  /** The temporary of all calls: each is read right after it was written. */
  call: string
}

type Function = Extract<AnyNode, { params: unknown }>
type Replacement = readonly [start: number, end: number, text: string]

class Rewriter {
  readonly source: string
  readonly options: RewriteOptions
  readonly program: Program
  /** Every `=>`, by position: a comment may look like one. */
  readonly arrows: number[] = []
  /** Every `(`, by position. */
  readonly parentheses: number[] = []
  /** Every `async`, by position. */
  readonly asyncs: number[] = []
  /** All names that the module binds anywhere: a native of such a name may be another thing. */
  readonly bound = new Set<string>()
  /** What the text around a function calls it. */
  readonly names = new Map<AnyNode, string>()
  /** Functions that are to stay as they are. */
  readonly callbacks = new Set<AnyNode>()
  /** Where the lists of statements are: only there may a semicolon stand before one. */
  readonly listed = new Set<AnyNode>()
  readonly foundDeclared = new Set<string>()
  readonly $: string
  readonly $h: string
  usesHelpers = false
  context: Context

  constructor(source: string, options: RewriteOptions) {
    this.source = source
    this.options = options
    const dollars = new Set<string>()
    try {
      this.program = parse(source, {
        ecmaVersion: 'latest',
        sourceType: 'module',
        locations: true,
        allowHashBang: true,
        onToken: (token: Token) => {
          if (token.type.label === '=>') this.arrows.push(token.start)
          else if (token.type.label === '(') this.parentheses.push(token.start)
          else if (source.slice(token.start, token.end) === 'async') this.asyncs.push(token.start)
          else if (source[token.start] === '$') dollars.add(source.slice(token.start, token.end))
        },
      })
    } catch (error) {
      throw this.refuse(undefined, `no module that can be read: ${(error as Error).message}`)
    }
    this.collectBound(this.program)
    let name = '$'
    while ([...dollars].some((used) => /^(h|\d*)$/.test(used.slice(name.length)) && used.startsWith(name)))
      name += '$'
    this.$ = name
    this.$h = `${this.$}h`
    this.context = this.enter('module', { suspends: false })
  }

  module(): string {
    const body = this.emit(this.program)
    for (const name of Object.keys(this.options.declared ?? {})) {
      if (!this.foundDeclared.has(name))
        throw this.refuse(undefined, `declared.${name}: no function of that name can be suspended here`)
    }
    const helpers = this.usesHelpers ? `import * as ${this.$h} from ${JSON.stringify(HELPERS)}; ` : ''
    const text = body.startsWith('#!') ? `//${body}` : body
    return `import * as ${this.$} from ${JSON.stringify(this.options.runtime)}; ${helpers}${this.declaration()}${text}`
  }

  // Text

  /** The node's own text, rewritten inside. */
  generic(node: AnyNode): string {
    return this.splice(
      node.start,
      node.end,
      children(node).map((child) => [child.start, child.end, this.emit(child)]),
    )
  }

  /** The source from `start` to `end` with parts of it replaced. */
  splice(start: number, end: number, parts: readonly Replacement[]): string {
    let text = ''
    let at = start
    for (const [from, to, by] of parts) {
      text += this.source.slice(at, from) + by
      at = to
    }
    return text + this.source.slice(at, end)
  }

  /** `text` in place of `node`, as many lines long, in parentheses. */
  replacing(node: AnyNode, text: string): string {
    const lines = (of: string) => of.split('\n').length
    const missing = lines(this.source.slice(node.start, node.end)) - lines(text)
    return `(${text}${'\n'.repeat(Math.max(0, missing))})`
  }

  emit(node: AnyNode): string {
    switch (node.type) {
      case 'Program':
      case 'BlockStatement':
      case 'StaticBlock':
        for (const statement of node.body) this.listed.add(statement)
        if (node.type === 'StaticBlock') return this.inside('static', {}, () => this.block(node))
        return this.generic(node)
      case 'SwitchCase':
        for (const statement of node.consequent) this.listed.add(statement)
        return this.generic(node)
      case 'ExpressionStatement':
        return this.statement(node)
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        return this.loop(node)
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return this.function(node)
      case 'MethodDefinition':
        return this.method(node)
      case 'Property':
        return this.property(node)
      case 'PropertyDefinition':
        return this.field(node)
      case 'VariableDeclaration':
        if (node.kind === 'using' || node.kind === 'await using')
          throw this.refuse(
            node,
            'a `using` declaration calls its dispose method by itself: compile it to ES2022',
          )
        return this.generic(node)
      case 'VariableDeclarator':
        if (node.id.type === 'Identifier') this.christen(node.init, node.id.name)
        return this.splice(node.start, node.end, [
          [node.id.start, node.id.end, this.pattern(node.id)],
          ...(node.init ? [[node.init.start, node.init.end, this.emit(node.init)] as const] : []),
        ])
      case 'AssignmentExpression':
        return this.assignment(node)
      case 'UpdateExpression':
        return this.update(node)
      case 'UnaryExpression':
        return this.unary(node)
      case 'AwaitExpression':
        return this.await(node)
      case 'MemberExpression':
        return this.member(node)
      case 'ChainExpression':
        return this.chain(node)
      case 'CallExpression':
        return this.callExpression(node)
      case 'NewExpression':
        return this.newExpression(node)
      case 'TaggedTemplateExpression':
        return this.replacing(
          node,
          this.goInto(
            this.splice(node.start, node.end, [
              [node.tag.start, node.tag.end, this.reference(node.tag)],
              [node.quasi.start, node.quasi.end, this.emit(node.quasi)],
            ]),
          ),
        )
      case 'Identifier':
        if (node.name === 'Atomics' && !this.bound.has('Atomics'))
          throw this.refuse(node, 'Atomics is used other than in a call such as Atomics.load(..)')
        return node.name
      case 'ArrayPattern':
      case 'ObjectPattern':
      case 'RestElement':
      case 'AssignmentPattern':
        return this.pattern(node)
      default:
        return this.generic(node)
    }
  }

  // Statements

  statement(node: Extract<AnyNode, { type: 'ExpressionStatement' }>): string {
    const text = this.generic(node)
    // The line before may end without a semicolon, where the original could not be read on.
    return this.listed.has(node) && /^[([`/+-]/.test(text) ? `;${text}` : text
  }

  loop(node: Extract<AnyNode, { body: unknown; type: `${string}Statement` }>): string {
    const parts = children(node).map((child): Replacement => {
      if (child === node.body) return [child.start, child.end, this.loopBody(child)]
      const isTarget = 'left' in node && child === node.left && child.type !== 'VariableDeclaration'
      const text = isTarget ? this.pattern(child) : this.emit(child)
      const isAwaited = node.type === 'ForOfStatement' && node.await && child === node.right
      return [child.start, child.end, isAwaited ? this.outside(child, text) : text]
    })
    return this.splice(node.start, node.end, parts)
  }

  loopBody(body: AnyNode): string {
    const text = this.emit(body)
    if (!this.context.suspends) return text
    const point = this.point(body)
    return body.type === 'BlockStatement' ? `{${point}${text.slice(1)}` : `{${point}${text}}`
  }

  /** A block that declares its own temporaries, and has a point if its function suspends. */
  block(node: Extract<AnyNode, { type: 'BlockStatement' | 'StaticBlock' }>): string {
    for (const statement of node.body) this.listed.add(statement)
    const text = this.generic(node)
    const start = text.indexOf('{') + 1
    const point = this.context.suspends ? this.point(node) : ''
    return `${text.slice(0, start)}${this.declaration()}${point}${text.slice(start)}`
  }

  // Functions

  function(node: Function): string {
    const isArrow = node.type === 'ArrowFunctionExpression'
    const name =
      node.id?.name ?? this.names.get(node) ?? (this.callbacks.has(node) ? 'callback' : 'anonymous')
    if (node.generator && !node.async)
      throw this.refuse(
        node,
        `${name} is a generator function: the schedule could not tell its yields from steps`,
      )

    const uses = usesOf(node)
    const suspends = this.suspends(node, uses)
    const order = suspends && !node.async ? this.options.declared?.[name] : undefined
    if (order !== undefined) this.foundDeclared.add(name)

    const params = this.inside(name, { bare: true }, () =>
      node.params.map((param): Replacement => [param.start, param.end, this.pattern(param)]),
    )
    return this.inside(name, { suspends, order }, () => {
      const { body } = node
      if (!isArrow) {
        const parts: Replacement[] = [...params, [body.start, body.end, this.block(body as never)]]
        if (suspends && node.async) {
          const open = this.parentheses.find((at) => at >= (node.id?.end ?? node.start)) ?? node.start
          const head = open === node.start ? '' : `function* ${node.id?.name ?? ''}`
          const lines = this.between({ end: node.start }, { start: open })
          return head + lines + this.task(node, this.splice(open, node.end, parts))
        }
        if (suspends && this.source.startsWith('function', node.start))
          parts.unshift([node.start + 8, node.start + 8, '*'])
        return this.splice(node.start, node.end, parts)
      }

      const arrow = this.arrows.find((at) => at >= (node.params.at(-1)?.end ?? node.start)) ?? node.start
      const start = node.async && suspends ? this.headOf(node) : node.start
      let head = this.between({ end: node.start }, { start }) + this.splice(start, arrow, params)
      let text: string
      if (body.type === 'BlockStatement') {
        text = this.splice(arrow + 2, node.end, [[body.start, body.end, this.block(body)]])
      } else {
        const value = this.splice(arrow + 2, node.end, [[body.start, body.end, this.emit(body)]])
        if (!suspends && this.context.temps === 0) return `${head}=>${value}`
        text = `{${this.declaration()}${suspends ? this.point(node) : ''}return (${value})}`
      }
      if (!suspends) return `${head}=>${text}`
      if (start === node.params.at(0)?.start) head = `(${head})`
      const generator = node.async ? this.task(node, head + text) : head + text
      return `(function* ${generator})${uses.isThis ? '.bind(this)' : ''}`
    })
  }

  /** Whether a function becomes a generator function; async ones do if a function in them can stand for them. */
  suspends(node: Function, uses: ReturnType<typeof usesOf>): boolean {
    if (this.callbacks.has(node)) return false
    if (node.type === 'ArrowFunctionExpression' && (uses.isSuper || uses.isArguments)) return false
    return !node.async || !(node.generator || uses.isSuper || uses.isForAwait)
  }

  /** Where the parameters of an arrow function start, parentheses included. */
  headOf(arrow: Function): number {
    const open = this.parentheses.find((at) => at >= arrow.start) ?? arrow.end
    return Math.min(open, arrow.params[0]?.start ?? arrow.end)
  }

  /** The rest of a generator function that runs an async function, whose rest is `inner`, as a task. */
  task(node: Function, inner: string): string {
    const { length } = node.params.filter((_, k) => node.params.slice(0, k + 1).every(isCounted))
    const names = Array.from({ length }, (_, k) => this.tempName(k + 1)).join(', ')
    return `(${names}) {${this.point(node)} return yield* ${this.$}.task(function* ${inner}, this, arguments)}`
  }

  await(node: Extract<AnyNode, { type: 'AwaitExpression' }>): string {
    const value = this.operand(node.argument)
    if (!this.context.suspends) return this.replacing(node, `await ${this.outside(node, value)}`)
    return this.replacing(node, `yield ${this.$}.awaiting(${this.site(node)}, ${value})`)
  }

  outside(node: AnyNode, value: string): string {
    return `${this.$}.outside(${this.site(node)}, ${value})`
  }

  method(node: Extract<AnyNode, { type: 'MethodDefinition' }>): string {
    const name = this.keyName(node)
    if (node.kind !== 'method') this.callbacks.add(node.value)
    if (node.kind === 'constructor') this.leaveEarlyArrows(node.value.body)
    return this.methodText(node, node.value, node.kind === 'method' ? name : `${node.kind} ${name}`)
  }

  /** Arrow functions before `super(..)` cannot be bound to a `this` that is not there yet. */
  leaveEarlyArrows(body: AnyNode): void {
    const nodes = [...within(body)]
    const end = nodes.find((node) => node.type === 'CallExpression' && node.callee.type === 'Super')?.end ?? 0
    for (const node of nodes) {
      if (node.type === 'ArrowFunctionExpression' && node.start < end && usesOf(node).isThis)
        this.callbacks.add(node)
    }
  }

  property(node: Extract<AnyNode, { type: 'Property' }>): string {
    if (node.kind !== 'init') {
      this.callbacks.add(node.value)
      return this.methodText(node, node.value, `${node.kind} ${this.keyName(node)}`)
    }
    if (node.method) return this.methodText(node, node.value, this.keyName(node))
    if (node.shorthand) return this.emit(node.value)
    this.christen(node.value, this.keyName(node))
    return this.generic(node)
  }

  methodText(
    node: { start: number; end: number; key: AnyNode; computed: boolean },
    value: AnyNode,
    name: string,
  ) {
    this.names.set(value, name)
    if (CALLED.has(name) || /^Symbol\.(?!dispose)/.test(name)) this.callbacks.add(value)
    const fn = value as Function
    const suspends = this.suspends(fn, usesOf(value))
    const { key } = node
    const at = node.computed ? this.source.lastIndexOf('[', key.start) : key.start
    const async = suspends && fn.async ? this.asyncs.find((at) => at >= node.start) : undefined
    const parts: Replacement[] = async === undefined ? [] : [[async, async + 'async'.length, '']]
    if (suspends) parts.push([at, at, '*'])
    if (node.computed) parts.push([key.start, key.end, this.emit(key)])
    return this.splice(node.start, node.end, [...parts, [value.start, value.end, this.emit(value)]])
  }

  field(node: Extract<AnyNode, { type: 'PropertyDefinition' }>): string {
    const name = this.keyName(node)
    this.christen(node.value, name)
    const parts: Replacement[] = node.computed ? [[node.key.start, node.key.end, this.emit(node.key)]] : []
    const { value } = node
    if (value)
      parts.push(
        this.inside(name, { bare: true }, () => [value.start, value.end, this.root(value as AnyNode)]),
      )
    // An arrow function ended the field by itself; a function in parentheses does not.
    return `${this.splice(node.start, node.end, parts)};`
  }

  keyName(node: { key: AnyNode; computed: boolean }): string {
    const { key } = node
    if (key.type === 'PrivateIdentifier') return `#${key.name}`
    if (key.type === 'Identifier' && !node.computed) return key.name
    if (key.type === 'Literal') return String(key.value)
    return this.source.slice(key.start, key.end)
  }

  /** Names the function that `value` is, or the functions that it chooses from. */
  christen(value: AnyNode | null | undefined, name: string): void {
    if (!value) return
    if (value.type === 'FunctionExpression' || value.type === 'ArrowFunctionExpression')
      this.names.set(value, name)
    else if (value.type === 'ConditionalExpression') {
      this.christen(value.consequent, name)
      this.christen(value.alternate, name)
    } else if (value.type === 'LogicalExpression') {
      this.christen(value.left, name)
      this.christen(value.right, name)
    }
  }

  // Patterns

  /** A binding or an assignment's target: elements of arrays are set through a reference. */
  pattern(node: AnyNode): string {
    if (node.type === 'Identifier') return node.name
    if (node.type === 'MemberExpression') {
      if (!isElement(node)) return this.reference(node)
      this.usesHelpers = true
      const [object, at] = this.parts(node)
      return `${this.$h}.ref(${this.$}, ${object}, ${at}, ${this.site(node)}).value`
    }
    const parts = children(node).map((child): Replacement => {
      if (node.type === 'AssignmentPattern' && child === node.right)
        return [child.start, child.end, this.root(child)]
      if (child.type === 'Property') return [child.start, child.end, this.patternProperty(child)]
      return [child.start, child.end, this.pattern(child)]
    })
    if (node.type === 'AssignmentPattern' && node.left.type === 'Identifier')
      this.christen(node.right, node.left.name)
    return this.splice(node.start, node.end, parts)
  }

  patternProperty(node: Extract<AnyNode, { type: 'Property' }>): string {
    const { key, value } = node
    const parts: Replacement[] = node.computed ? [[key.start, key.end, this.root(key)]] : []
    return this.splice(node.start, node.end, [...parts, [value.start, value.end, this.pattern(value)]])
  }

  /** An expression in a place of its own among parameters or fields, where only a function can hold temporaries. */
  root(node: AnyNode): string {
    if (!this.context.bare) return this.emit(node)
    return this.inside(this.context.name, {}, () => {
      const text = this.emit(node)
      const { temps } = this.context
      return temps === 0 ? text : `((${this.tempNames(temps)}) => (${text}))()`
    })
  }

  // Elements of arrays

  /** `o.x` or `o[x]` without a look at the element: what is called, deleted or assigned. */
  reference(node: AnyNode): string {
    if (node.type === 'MemberExpression') {
      this.checkMember(node)
      return this.generic(node)
    }
    if (node.type !== 'ChainExpression') return this.emit(node)
    if (hasSteps(node.expression))
      throw this.refuse(node, 'an optional chain with calls is itself called or deleted')
    return this.generic(node)
  }

  member(node: MemberExpression): string {
    this.checkMember(node)
    if (!isElement(node)) return this.generic(node)
    const [object, at] = this.parts(node)
    return this.replacing(node, this.get(node, object, at))
  }

  checkMember(node: MemberExpression): void {
    const { property } = node
    const name = property.type === 'Literal' ? property.value : nameOf(node)
    if (name === 'Atomics') throw this.refuse(node, 'Atomics is reached through an object: use the global')
  }

  get(node: AnyNode, object: string, at: string): string {
    const { order, suspends } = this.context
    if (order !== undefined && suspends)
      return `yield ${this.$}.plain("load", ${JSON.stringify(order)}, ${this.site(node)}, ${object}, ${at})`
    return `${this.$}.get(${object}, ${at}, ${this.site(node)})`
  }

  set(node: AnyNode, object: string, at: string, value: string): string {
    const { order, suspends } = this.context
    if (order === undefined || !suspends)
      return `${this.$}.set(${object}, ${at}, ${value}, ${this.site(node)})`
    const temp = this.temp()
    const step = `${this.$}.plain("store", ${JSON.stringify(order)}, ${this.site(node)}, ${object}, ${at}, ${temp} = ${value})`
    return `yield ${step}, ${temp}`
  }

  /** Object and key as arguments, on the lines where they were. */
  parts(node: MemberExpression): [object: string, at: string] {
    const { object, property } = node
    return [this.operand(object as AnyNode), this.between(object, property) + this.operand(property)]
  }

  /** An expression as an argument. */
  operand(node: AnyNode): string {
    return node.type === 'SequenceExpression' ? `(${this.emit(node)})` : this.emit(node)
  }

  /** The line breaks between two nodes that end up in another order or form. */
  between(before: { end: number }, after: { start: number }): string {
    return this.source.slice(before.end, after.start).replace(/[^\n]/g, '')
  }

  assignment(node: Extract<AnyNode, { type: 'AssignmentExpression' }>): string {
    const { left, right, operator } = node
    if (left.type === 'Identifier') this.christen(right, left.name)
    if (left.type === 'MemberExpression' && left.property.type === 'Identifier' && !left.computed)
      this.christen(right, left.property.name)
    if (left.type !== 'MemberExpression' || !isElement(left)) {
      const target = left.type === 'MemberExpression' ? this.reference(left) : this.pattern(left)
      return this.splice(node.start, node.end, [
        [left.start, left.end, target],
        [right.start, right.end, this.emit(right)],
      ])
    }

    const [object, at] = this.parts(left)
    if (operator === '=') {
      const value = this.between(left, right) + this.operand(right)
      return this.replacing(node, this.set(node, object, at, value))
    }
    const [o, k] = [this.temp(), this.temp()]
    const read = this.get(node, `${o} = ${object}`, `${k} = ${at}`)
    const value = this.between(left, right) + this.operand(right)
    const binary = operator.slice(0, -1)
    if (binary === '||' || binary === '&&' || binary === '??')
      return this.replacing(node, `(${read}) ${binary} (${this.set(node, o, k, value)})`)
    // The old value first, in a temporary, for the new one may have steps.
    const old = this.temp()
    return this.replacing(node, `${old} = ${read}, ${this.set(node, o, k, `${old} ${binary} (${value})`)}`)
  }

  update(node: Extract<AnyNode, { type: 'UpdateExpression' }>): string {
    const { argument, operator, prefix } = node
    if (argument.type !== 'MemberExpression' || !isElement(argument))
      return this.splice(node.start, node.end, [[argument.start, argument.end, this.reference(argument)]])
    const [object, at] = this.parts(argument)
    const [o, k, old] = [this.temp(), this.temp(), this.temp()]
    const read = `${old} = ${this.get(node, `${o} = ${object}`, `${k} = ${at}`)}`
    // `++` on the temporary converts as it does on the element, BigInts included.
    if (prefix) return this.replacing(node, `${read}, ${this.set(node, o, k, `${operator}${old}`)}`)
    const result = this.temp()
    return this.replacing(
      node,
      `${read}, ${result} = ${old}${operator}, ${this.set(node, o, k, old)}, ${result}`,
    )
  }

  unary(node: Extract<AnyNode, { type: 'UnaryExpression' }>): string {
    const { argument, operator } = node
    const isName =
      argument.type === 'Identifier' ||
      (argument.type === 'MemberExpression' && isAtomics(argument, this.bound) && !argument.computed)
    if (operator === 'typeof' && isName) return this.source.slice(node.start, node.end)
    if (operator !== 'delete') return this.generic(node)
    return this.splice(node.start, node.end, [[argument.start, argument.end, this.reference(argument)]])
  }

  // Calls

  callExpression(node: CallExpression): string {
    const { callee } = node
    if (callee.type === 'Super') return this.splice(node.start, node.end, this.argumentsOf(node, false))
    if (callee.type === 'MemberExpression' && isAtomics(callee, this.bound)) return this.atomics(node, callee)
    const native = this.isNative(callee)
    const name = nameOf(callee)
    const args = this.argumentsOf(node, CALLING.has(name))
    if (callee.type === 'MemberExpression' && isBulk(callee, name))
      return this.replacing(node, this.goInto(this.bulk(node, this.operand(callee.object as AnyNode), name)))
    const target: Replacement = [callee.start, callee.end, this.reference(callee as AnyNode)]
    const text = this.splice(node.start, node.end, [target, ...args])
    return native ? text : this.replacing(node, this.goInto(text))
  }

  /** The result of a call, gone into if it is a generator. */
  goInto(text: string): string {
    if (!this.context.suspends) return `${this.$}.drain(${text})`
    if (this.context.call === '') this.context.call = this.temp()
    const t = this.context.call
    return `(${t} = ${text}) instanceof ${this.$}.Gen ? yield* ${t} : ${t}`
  }

  bulk(node: CallExpression, object: string, name: string): string {
    return `${this.$}.method(${object}, ${JSON.stringify(name)}, ${this.site(node)}, ${this.list(node, false)})`
  }

  argumentsOf(node: { arguments: readonly AnyNode[] }, mayCall: boolean): Replacement[] {
    return node.arguments.map((argument): Replacement => {
      if (argument.type === 'FunctionExpression' || argument.type === 'ArrowFunctionExpression')
        this.callbacks.add(argument)
      const text = this.emit(argument)
      const { start, end } = argument
      if (!mayCall || argument.type === 'SpreadElement' || NO_FUNCTION.has(argument.type))
        return [start, end, text]
      this.usesHelpers = true
      return [start, end, `${this.$h}.callback(${this.$}, ${text})`]
    })
  }

  newExpression(node: Extract<AnyNode, { type: 'NewExpression' }>): string {
    const { callee } = node
    const isGlobal = callee.type === 'Identifier' && !this.bound.has(callee.name)
    const mayCall = isGlobal && /^(Promise|FinalizationRegistry)$/.test(callee.name)
    const target: Replacement = [callee.start, callee.end, this.reference(callee)]
    return this.splice(node.start, node.end, [target, ...this.argumentsOf(node, mayCall)])
  }

  atomics(node: CallExpression, callee: MemberExpression): string {
    const name = nameOf(callee)
    if (name === 'isLockFree') return this.splice(node.start, node.end, this.argumentsOf(node, false))
    if (!STEPS.has(name)) throw this.refuse(node, `Atomics.${name || '[..]'} has no model`)
    const step = `${JSON.stringify(name)}, ${this.site(node)}, ${this.list(node, false)}`
    const { suspends } = this.context
    return this.replacing(
      node,
      suspends ? `yield ${this.$}.atomic(${step})` : `${this.$}.drainAtomic(${step})`,
    )
  }

  isNative(callee: AnyNode): boolean {
    const root = callee.type === 'MemberExpression' && !callee.computed ? callee.object : callee
    return root.type === 'Identifier' && NATIVES.has(root.name) && !this.bound.has(root.name)
  }

  // Optional chains

  /** `a?.b(c)` as `(($1 = a) == null ? void 0 : $1.b(c))`, with the calls in it gone into. */
  chain(node: ChainExpression): string {
    if (!hasSteps(node.expression)) return this.generic(node)
    let opening = ''
    let depth = 0
    const guard = (value: string) => {
      const temp = this.temp()
      opening += `(${temp} = ${value}) == null ? void 0 : (`
      depth++
      return temp
    }
    const link = (at: AnyNode): string => {
      if (at.type === 'MemberExpression') {
        this.checkMember(at)
        const object = at.optional ? guard(link(at.object as AnyNode)) : link(at.object as AnyNode)
        if (isElement(at)) return `(${this.get(at, object, this.operand(at.property))})`
        return `${object}${this.tail(at)}`
      }
      if (at.type !== 'CallExpression')
        return /^(Identifier|ThisExpression|Super)$/.test(at.type) ? this.emit(at) : `(${this.emit(at)})`
      const { callee } = at
      if (callee.type !== 'MemberExpression' || isAtomics(callee, this.bound)) {
        if (callee.type === 'MemberExpression' || callee.type === 'Super') return this.emit(at)
        const fn = at.optional ? guard(link(callee)) : link(callee)
        return `(${this.goInto(`${fn}(${this.list(at, false)})`)})`
      }
      this.checkMember(callee)
      const object = callee.optional ? guard(link(callee.object as AnyNode)) : link(callee.object as AnyNode)
      const name = nameOf(callee)
      if (!at.optional) {
        if (isBulk(callee, name)) return `(${this.goInto(this.bulk(at, object, name))})`
        return `(${this.goInto(`${object}${this.tail(callee)}(${this.list(at, CALLING.has(name))})`)})`
      }
      if (callee.object.type === 'Super') {
        const fn = guard(`super${this.tail(callee)}`)
        return `(${this.goInto(`${fn}.call(this, ${this.list(at, false)})`)})`
      }
      const self = this.temp()
      const fn = guard(`(${self} = ${object})${this.tail(callee)}`)
      return `(${this.goInto(`${fn}.call(${self}, ${this.list(at, CALLING.has(name))})`)})`
    }
    const value = link(node.expression)
    return this.replacing(node, `${opening}${value}${')'.repeat(depth)}`)
  }

  /** All between the parentheses of a call. */
  list(node: CallExpression, mayCall: boolean): string {
    const open = this.parentheses.find((at) => at >= node.callee.end) ?? node.end
    return this.splice(open + 1, node.end - 1, this.argumentsOf(node, mayCall))
  }

  /** `.name` or `[key]` of a link. */
  tail(node: MemberExpression): string {
    const { property } = node
    return node.computed ? `[${this.emit(property)}]` : `.${this.source.slice(property.start, property.end)}`
  }

  // Steps, names, temporaries

  point(node: AnyNode): string {
    return `if (--${this.$}.points.left === 0) yield ${this.$}.point(${this.site(node)});`
  }

  site(node: AnyNode): string {
    return JSON.stringify(`${this.options.file}:${node.loc?.start.line} ${this.context.name}`)
  }

  temp(): string {
    return this.tempName(++this.context.temps)
  }

  tempName(k: number): string {
    return `${this.$}${k}`
  }

  tempNames(count: number): string {
    return Array.from({ length: count }, (_, k) => this.tempName(k + 1)).join(', ')
  }

  declaration(): string {
    const { temps } = this.context
    return temps === 0 ? '' : `let ${this.tempNames(temps)};`
  }

  enter(name: string, { suspends = false, bare = false, order }: Partial<Context>): Context {
    return { name, suspends, bare, order, temps: 0, call: '' }
  }

  /** Runs `body` as what emits the function, or the like, of that name. */
  inside<T>(name: string, kind: Partial<Context>, body: () => T): T {
    const outer = this.context
    this.context = this.enter(name, kind)
    const value = body()
    this.context = outer
    return value
  }

  refuse(node: AnyNode | undefined, what: string): InterleaveError {
    const line = node?.loc ? `:${node.loc.start.line}` : ''
    return new InterleaveError('REWRITE', `${this.options.file}${line}: ${what}`)
  }

  collectBound(node: AnyNode): void {
    const bind = (pattern: AnyNode | null | undefined): void => {
      if (!pattern) return
      if (pattern.type === 'Identifier') this.bound.add(pattern.name)
      else if (pattern.type === 'Property') bind(pattern.value)
      else if (pattern.type === 'AssignmentPattern') bind(pattern.left)
      else if (pattern.type !== 'MemberExpression') for (const child of children(pattern)) bind(child)
    }
    if ('params' in node) for (const param of node.params) bind(param)
    if (node.type === 'VariableDeclarator') bind(node.id)
    if (node.type === 'CatchClause') bind(node.param)
    if ('id' in node && node.id) bind(node.id)
    if (node.type === 'ImportDeclaration') for (const { local } of node.specifiers) bind(local)
    for (const child of children(node)) this.collectBound(child)
  }
}

/** Whether a parameter is one that the length of its function counts, if those before it are. */
function isCounted(param: AnyNode): boolean {
  return param.type !== 'AssignmentPattern' && param.type !== 'RestElement'
}
