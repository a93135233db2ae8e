// The lines by which a test file tells the runner how it went, and what it could not test on this machine. A file
// that never prints the first (crashed, killed) has failed, whatever its exit code.

export interface Counts {
  /** Tests the file announced. */
  registered: number
  /** Tests that ran to their end without an error. */
  passed: number
  /** Hooks that threw. */
  brokenHooks: number
}

const MARK = '@hakmem/testing '
const NOT_TESTED = '@hakmem/not-tested '

export function formatCounts(counts: Counts): string {
  return MARK + JSON.stringify(counts)
}

/** The counts in a test file's output: the last such line, for a test may print another file's output. */
export function parseCounts(output: string): Counts | undefined {
  const line = output.split('\n').findLast((text) => text.startsWith(MARK))
  return line === undefined ? undefined : (JSON.parse(line.slice(MARK.length)) as Counts)
}

export function withoutCounts(output: string): string {
  return output
    .split('\n')
    .filter((text) => !text.startsWith(MARK))
    .join('\n')
}

/** Says, in the list of test files too, what is not tested because this machine lacks something, and what it lacks. */
export function notTested(what: string): void {
  console.log(NOT_TESTED + what)
}

/** What a test file's output says is not tested. */
export function parseNotTested(output: string): string[] {
  return output
    .split('\n')
    .filter((text) => text.startsWith(NOT_TESTED))
    .map((text) => text.slice(NOT_TESTED.length))
}
