/** What a fuzzer hands back: how much it did and what it found, each with the shortest input that shows it. */

export interface Finding {
  readonly what: string
  /** The shortest input that still shows it, to be run again. */
  readonly reproduction: string
}

export interface Report {
  readonly name: string
  /** What was done, in the order in which to print it. */
  readonly figures: Record<string, number | string>
  readonly findings: Finding[]
  /** Lines to print below the figures. */
  readonly table?: string[]
}

/** How long a fuzzer goes on: until the time is up, or after so many runs. */
export interface Budget {
  readonly seed: number
  readonly seconds: number
  readonly runs?: number
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
