// The one line by which a test file tells the runner how it went. A file that never prints it
// (crashed, killed) has failed, whatever its exit code.

export interface Counts {
  /** Tests the file announced. */
  registered: number
  /** Tests that ran to their end without an error. */
  passed: number
  /** Hooks that threw. */
  brokenHooks: number
}

const MARK = '@hakmem/testing '

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
