/** A mistake in what was asked for: printed as it is, on one line. */
export class UsageError extends Error {
  readonly code = 'ERR_BENCH_USAGE'
}
