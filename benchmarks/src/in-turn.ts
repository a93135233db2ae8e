/**
 * Variants of one loop compared as the machine allows: each in a process of its own, all in turn in each round, so that
 * a change of the machine's speed meets all of them.
 */

import { execFileSync } from 'node:child_process'
import { median } from 'simple-statistics'

/**
 * Figures by variant, round and column. In the child processes, which are this script again with a variant's name,
 * prints what `measure` gives and ends.
 */
export async function inTurn(
  script: string,
  variants: readonly string[],
  rounds: number,
  measure: (variant: string) => number[] | Promise<number[]>,
): Promise<number[][][]> {
  const [, , only] = process.argv
  if (only !== undefined) {
    console.log(JSON.stringify(await measure(only)))
    process.exit()
  }
  const figures = variants.map((): number[][] => [])
  for (let round = 0; round < rounds; round++) {
    variants.forEach((variant, k) => {
      const out = execFileSync(process.execPath, [script, variant], { encoding: 'utf8' })
      figures[k].push(JSON.parse(out))
    })
  }
  return figures
}

/** Median of a column of variant `k`, and of its ratio to variant `base` in the same round. */
export function compare(
  figures: readonly number[][][],
  k: number,
  column: number,
  base = 0,
): { median: number; ratio: number } {
  return {
    median: median(figures[k].map((round) => round[column])),
    ratio: median(figures[k].map((round, r) => round[column] / figures[base][r][column])),
  }
}
