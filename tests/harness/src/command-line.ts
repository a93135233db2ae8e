/** The command line of a command for developers: its options, or its help, or one line that says what makes no sense. */

import { type ParseArgsConfig, parseArgs } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

/** The values of `options`. Ends the process with `help` where that is asked for, as `refuse` does for what is unknown. */
export function commandLine<const O extends Options>(
  help: string,
  options: O,
): ReturnType<typeof parseArgs<{ options: O }>>['values'] {
  // pnpm hands on the -- that separates its options from the script's.
  const args = process.argv.slice(2).filter((text) => text !== '--')
  if (args.some((text) => text === '--help' || text === '-h')) {
    console.log(help)
    process.exit()
  }
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    // Node goes on with advice on positional arguments, which nothing here takes.
    return refuse(`${error instanceof Error ? error.message.split(/[.\n]/)[0] : error} (see --help)`)
  }
}

/** Prints why the command line makes no sense, and ends with exit status 2. */
export function refuse(why: string): never {
  console.error(why)
  process.exit(2)
}
