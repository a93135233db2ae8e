/**
 * A contender process as the runner sees it: started, asked one thing at a time, ended. Whatever goes wrong
 * with it (an error it reports, a crash, no answer) becomes an Error with a plain message, and the run goes on.
 */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Answer, Command, Hello } from '../contender/protocol.ts'
import { isMallocOf, launchOf, refuseIfUnset } from '../peers/launch.ts'
import type { Peer } from '../peers/peers.ts'
import { pinned } from './pinning.ts'

/** Seconds that an answer may take beyond what the command itself takes. */
const PATIENCE = 60
const MOST_COMPLAINT = 2000

type Answered<K extends Answer['did']> = Extract<Answer, { did: K }>

export class Contender {
  readonly peer: Peer
  readonly hello: Hello
  /** Resident with all threads up and nothing run; 0 before `prepare`. */
  idleBytes = 0
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #lines: Lines

  private constructor(
    peer: Peer,
    hello: Hello,
    child: ChildProcessByStdio<Writable, Readable, Readable>,
    lines: Lines,
  ) {
    this.peer = peer
    this.hello = hello
    this.#child = child
    this.#lines = lines
  }

  /**
   * Starts the process of a contender, held to `processors` if there are any, and for the C twin makes sure that it
   * is what it claims to be.
   */
  static async start(peer: Peer, processors?: readonly number[]): Promise<Contender> {
    const launch = launchOf(peer)
    if ('missing' in launch) throw new Error(launch.missing)
    refuseIfUnset(peer, launch)
    const [program, args] = pinned(launch.command, processors)
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: launch.env })
    const lines = new Lines(child)
    try {
      const hello = await lines.next('hello', PATIENCE)
      const { library } = hello
      if (library !== undefined && !isMallocOf(peer, library))
        throw new Error(`its malloc comes from ${library}`)
      return new Contender(peer, hello, child, lines)
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  async prepare(command: Extract<Command, { do: 'prepare' }>): Promise<Answered<'prepare'>> {
    const answer = await this.#ask(command, 'prepare', 0)
    this.idleBytes = answer.baselineResidentBytes
    return answer
  }

  async round(seconds: number): Promise<Answered<'round'>> {
    return this.#ask({ do: 'round', seconds }, 'round', seconds)
  }

  async sample(seconds: number): Promise<Answered<'sample'>> {
    return this.#ask({ do: 'sample', seconds }, 'sample', seconds)
  }

  async fixed(operations: number): Promise<Answered<'fixed'>> {
    return this.#ask({ do: 'fixed', operations }, 'fixed', 0)
  }

  /** Ends the process: at once, since freeing what it holds may take a slow allocator minutes. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  async #ask<K extends Answer['did']>(command: Command, did: K, seconds: number): Promise<Answered<K>> {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`)
    try {
      return await this.#lines.next(did, seconds + PATIENCE)
    } catch (error) {
      await this.end()
      throw error
    }
  }
}

/** The answers of a child, each awaited before the next command is given. */
class Lines {
  #resolve: (line: string) => void = () => {}
  #reject: (error: Error) => void = () => {}
  #early: string | Error | undefined
  #complaint = ''

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#early = line
      this.#resolve(line)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-MOST_COMPLAINT)
    })
    const failed = (error: Error) => {
      this.#early ??= error
      this.#reject(error)
    }
    child.stdin.on('error', () => {})
    child.on('error', failed)
    child.on('close', (code, signal) => failed(new Error(this.#obituary(code, signal))))
  }

  async next<K extends Answer['did']>(did: K, seconds: number): Promise<Answered<K>> {
    const line = await this.#line(seconds)
    const answer: Answer = JSON.parse(line)
    if (answer.did === 'fail') throw new Error(answer.error)
    if (answer.did !== did) throw new Error(`it answered '${answer.did}' instead of '${did}'`)
    return answer as Answered<K>
  }

  async #line(seconds: number): Promise<string> {
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<string>((resolve, reject) => {
        this.#resolve = resolve
        this.#reject = reject
        timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000)
        if (typeof this.#early === 'string') resolve(this.#early)
        else if (this.#early !== undefined) reject(this.#early)
      })
    } finally {
      clearTimeout(timer)
      if (typeof this.#early === 'string') this.#early = undefined
    }
  }

  #obituary(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`
    const why = this.#complaint.trim()
    return why === '' ? how : `${how}: ${why}`
  }
}
