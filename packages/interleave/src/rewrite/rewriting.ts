/**
 * A rewriting under way: what is known of the module, the function that the current expression stands in, its temporaries,
 * and how text is put together. What becomes of each kind of syntax say the files beside this one.
 */

import type { AnyNode } from 'acorn'
import { InterleaveError } from '../errors.ts'
import type { Order } from '../step.ts'
import { read, type Source } from './source.ts'
import { children } from './tree.ts'

export interface RewriteOptions {
  /** What step names call the file: "ordering.js". */
  readonly file: string
  /** URL of the module that rewritten code takes its steps from. */
  readonly runtime: string
  /** Functions of this file whose plain accesses are steps. */
  readonly declared?: Readonly<Record<string, Order>>
}

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

export type FunctionNode = Extract<AnyNode, { params: unknown }>
export type Replacement = readonly [start: number, end: number, text: string]

export class Rewriting {
  readonly options: RewriteOptions
  readonly source: Source
  /** The text of a node, rewritten: by the kind of the node (`rewrite.ts`). */
  readonly emit: (node: AnyNode) => string
  /** What the text around a function calls it. */
  readonly names = new Map<AnyNode, string>()
  /** Functions that are to stay as they are. */
  readonly callbacks = new Set<AnyNode>()
  /** Where the lists of statements are: only there may a semicolon stand before one. */
  readonly listed = new Set<AnyNode>()
  readonly foundDeclared = new Set<string>()
  /** What the runtime and the helpers are called in the rewritten text. */
  readonly $: string
  readonly $h: string
  usesHelpers = false
  context: Context = enter('module', {})

  constructor(text: string, options: RewriteOptions, emit: (r: Rewriting, node: AnyNode) => string) {
    this.options = options
    this.emit = (node) => emit(this, node)
    try {
      this.source = read(text)
    } catch (error) {
      throw this.refuse(undefined, `no module that can be read: ${(error as Error).message}`)
    }
    this.$ = this.source.dollar
    this.$h = `${this.$}h`
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
      text += this.source.text.slice(at, from) + by
      at = to
    }
    return text + this.source.text.slice(at, end)
  }

  /** `text` in place of `node`, as many lines long, in parentheses. */
  replacing(node: AnyNode, text: string): string {
    const lines = (of: string) => of.split('\n').length
    const missing = lines(this.source.text.slice(node.start, node.end)) - lines(text)
    return `(${text}${'\n'.repeat(Math.max(0, missing))})`
  }

  /** An expression as an argument. */
  operand(node: AnyNode): string {
    return node.type === 'SequenceExpression' ? `(${this.emit(node)})` : this.emit(node)
  }

  /** The line breaks between two nodes that end up in another order or form. */
  between(before: { end: number }, after: { start: number }): string {
    return this.source.text.slice(before.end, after.start).replace(/[^\n]/g, '')
  }

  // Steps and temporaries

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

  /** Runs `body` as what emits the function, or the like, of that name. */
  inside<T>(name: string, kind: Partial<Context>, body: () => T): T {
    const outer = this.context
    this.context = enter(name, kind)
    const value = body()
    this.context = outer
    return value
  }

  refuse(node: AnyNode | undefined, what: string): InterleaveError {
    const line = node?.loc ? `:${node.loc.start.line}` : ''
    return new InterleaveError('REWRITE', `${this.options.file}${line}: ${what}`)
  }
}

function enter(name: string, { suspends = false, bare = false, order }: Partial<Context>): Context {
  return { name, suspends, bare, order, temps: 0, call: '' }
}
