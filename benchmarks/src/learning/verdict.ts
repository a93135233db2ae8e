/** What a section of `pnpm bench:learning` says: its tables, and which targets were met. */

export interface Target {
  readonly what: string
  readonly measured: string
  readonly wanted: string
  /** `open`: the interval of what was measured contains the target. */
  readonly state: 'met' | 'open' | 'missed'
}

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export interface Section {
  readonly title: string
  readonly tables: readonly Table[]
  readonly targets: readonly Target[]
}

export function target(what: string, measured: string, wanted: string, isMet: boolean): Target {
  return { what, measured, wanted, state: isMet ? 'met' : 'missed' }
}

/** For a terminal. Columns: the first to the left, the others to the right. */
export function lines({ head, rows }: Table): string[] {
  const all = [head, ...rows]
  const widths = head.map((_, k) => Math.max(...all.map((row) => row[k].length)))
  return all.map((row) =>
    row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('  '),
  )
}
