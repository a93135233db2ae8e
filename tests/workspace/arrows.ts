// What the packages may import: the arrows between them, kept by reading the parsed sources, so
// that neither a type import nor `import('...')` slips through.

import { posix } from 'node:path'
import { parseSync } from 'rolldown/utils'

/** Each package and those it may use. Besides its own modules none may use anything else, nor Node's; see `TOOLS`. */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  sync: [],
  arena: ['sync'],
  tiny: ['arena'],
  mid: ['arena'],
  learning: ['arena'],
  core: ['arena', 'learning', 'mid', 'sync', 'tiny'],
  structs: ['arena', 'core', 'sync'],
  collections: ['core', 'sync'],
  interleave: [],
}

/** What packages export beside their main entry: loaded when needed. */
const ENTRIES: Readonly<Record<string, readonly string[]>> = { learning: ['@hakmem/learning/learn'] }

/**
 * Packages that run on Node only, beside the allocator and never under it: what they may use of others, besides
 * Node's modules and modules that they are told of when they run.
 */
export const TOOLS: Readonly<Record<string, readonly string[]>> = {
  interleave: ['acorn', 'cli-table3', 'picocolors'],
}

/**
 * What in this source file of a package goes against the arrows, one line each. `own` are the names
 * that the package's manifest gives to modules of its own, such as `#ordering`.
 */
export function wrongImports(
  name: string,
  file: string,
  source: string,
  own: readonly string[] = [],
): string[] {
  const packages = (ARROWS[name] ?? []).flatMap((other) => [`@hakmem/${other}`, ...(ENTRIES[other] ?? [])])
  const allowed = [...own, ...packages, ...(TOOLS[name] ?? [])]
  const isTool = name in TOOLS
  return importsOf(file, source)
    .filter((specifier) => {
      if (specifier === undefined) return !isTool
      if (!specifier.startsWith('.'))
        return !allowed.includes(specifier) && !(isTool && specifier.startsWith('node:'))
      return !posix.join(posix.dirname(file), specifier).startsWith(`packages/${name}/src/`)
    })
    .map((specifier) => `${file} imports ${specifier ?? 'what only a run can tell'}`)
}

interface Node {
  type: string
  [key: string]: unknown
}

/** Every module the source names, wherever it may; undefined for one computed when it runs. */
function importsOf(file: string, source: string): (string | undefined)[] {
  const { program, errors } = parseSync(file, source)
  const [error] = errors
  if (error) throw new Error(`${file}: ${error.message}`)

  const found: (string | undefined)[] = []
  const take = (value: unknown) =>
    found.push(isNode(value) && typeof value.value === 'string' ? value.value : undefined)
  const visit = (value: unknown) => {
    if (Array.isArray(value)) for (const item of value) visit(item)
    if (!isNode(value)) return
    switch (value.type) {
      case 'ImportDeclaration':
      case 'ImportExpression':
      case 'TSImportType':
      case 'ExportAllDeclaration':
        take(value.source)
        break
      case 'ExportNamedDeclaration':
        if (value.source) take(value.source)
        break
      case 'TSExternalModuleReference':
        take(value.expression)
        break
    }
    for (const child of Object.values(value)) visit(child)
  }
  visit(program)
  return found
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
