/** For commands that take no options: what they say when they are given some all the same. */

/**
 * Returns if the command line is empty, or one of `parts` alone, by which a command runs a part of itself in a process of
 * its own. Else the process ends: with `help` where that is asked for, with exit code 2 where the words make no sense.
 */
export function takeNoOptions(help: string, parts: readonly string[] = []): void {
  // pnpm hands on the -- that separates its options from the script's.
  const [word, more] = process.argv.slice(2).filter((text) => text !== '--')
  if (word === undefined || (more === undefined && parts.includes(word))) return
  const isHelp = word === '--help' || word === '-h'
  if (isHelp) console.log(help)
  else console.error(`Unknown option '${word}' (see --help)`)
  process.exit(isHelp ? 0 : 2)
}
