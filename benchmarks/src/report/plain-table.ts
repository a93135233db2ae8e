/** Tables without lines: columns two spaces apart, indented. */

import type CliTable from 'cli-table3'

type Alignment = 'left' | 'right'

export function plainTable(colAligns: Alignment[]): CliTable.TableConstructorOptions {
  return {
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    colAligns,
  }
}

export function lines(table: CliTable.Table): string[] {
  return table
    .toString()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
}

const NO_LINES = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((place) => [place, '']),
)
