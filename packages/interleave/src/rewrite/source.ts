/** A module's text as it is read: its syntax tree, where tokens stand that the tree does not tell of, and its names. */

import type { AnyNode, Program, Token } from 'acorn'
import { parse } from 'acorn'
import { children } from './tree.ts'

export interface Source {
  readonly text: string
  readonly program: Program
  /** Every `=>`, by position: a comment may look like one. */
  readonly arrows: readonly number[]
  /** Every `(`, by position. */
  readonly parentheses: readonly number[]
  /** Every `async`, by position. */
  readonly asyncs: readonly number[]
  /** All names that the module binds anywhere: a native of such a name may be another thing. */
  readonly bound: ReadonlySet<string>
  /** A name that the module leaves free, alone and with a number or an `h` behind it. */
  readonly dollar: string
}

/** Throws acorn's SyntaxError for what is no module. */
export function read(text: string): Source {
  const arrows: number[] = []
  const parentheses: number[] = []
  const asyncs: number[] = []
  const dollars = new Set<string>()
  const program = parse(text, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    locations: true,
    allowHashBang: true,
    onToken: (token: Token) => {
      if (token.type.label === '=>') arrows.push(token.start)
      else if (token.type.label === '(') parentheses.push(token.start)
      else if (text.slice(token.start, token.end) === 'async') asyncs.push(token.start)
      else if (text[token.start] === '$') dollars.add(text.slice(token.start, token.end))
    },
  })
  const bound = new Set<string>()
  collectBound(program, bound)
  return { text, program, arrows, parentheses, asyncs, bound, dollar: freeName(dollars) }
}

function freeName(dollars: ReadonlySet<string>): string {
  let name = '$'
  while ([...dollars].some((used) => /^(h|\d*)$/.test(used.slice(name.length)) && used.startsWith(name)))
    name += '$'
  return name
}

function collectBound(node: AnyNode, bound: Set<string>): void {
  const bind = (pattern: AnyNode | null | undefined): void => {
    if (!pattern) return
    if (pattern.type === 'Identifier') bound.add(pattern.name)
    else if (pattern.type === 'Property') bind(pattern.value)
    else if (pattern.type === 'AssignmentPattern') bind(pattern.left)
    else if (pattern.type !== 'MemberExpression') for (const child of children(pattern)) bind(child)
  }
  if ('params' in node) for (const param of node.params) bind(param)
  if (node.type === 'VariableDeclarator') bind(node.id)
  if (node.type === 'CatchClause') bind(node.param)
  if ('id' in node && node.id) bind(node.id)
  if (node.type === 'ImportDeclaration') for (const { local } of node.specifiers) bind(local)
  for (const child of children(node)) collectBound(child, bound)
}
