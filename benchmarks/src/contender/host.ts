/**
 * The process of a JavaScript contender: reads commands from standard input, answers on standard output.
 * Started by the runner as `node host.js <peer>`.
 */

import { createInterface } from 'node:readline'
import { loadScriptPeer } from '../peers/peers.ts'
import type { Answer, Command } from './protocol.ts'
import { Session } from './session.ts'

const name = process.argv[2] ?? ''
const peer = await loadScriptPeer(name)
let session: Session | undefined

say({ did: 'hello', version: peer.version })
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say(await obey(JSON.parse(line)))
  } catch (error) {
    say({ did: 'fail', error: error instanceof Error ? error.message : String(error) })
  }
}
await session?.close()

async function obey(command: Command): Promise<Answer> {
  if (command.do === 'prepare') {
    await session?.close()
    session = await Session.open(name, peer, command)
    return { did: 'prepare', baselineResidentBytes: session.baselineResidentBytes }
  }
  if (session === undefined) throw new Error(`'${command.do}' before 'prepare'`)
  if (command.do === 'round') return session.round(command.seconds)
  if (command.do === 'sample') return session.sample(command.seconds)
  return session.fixed(command.operations)
}

function say(answer: Answer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
