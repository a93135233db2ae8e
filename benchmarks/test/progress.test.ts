import { Writable } from 'node:stream'
import { assert, suite } from '@hakmem/testing'
import { Progress } from '#report/progress'

const progress = suite('progress')

/** What a log would have got. */
function logged(run: (progress: Progress) => void, planned: number): string {
  let text = ''
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk
      done()
    },
  })
  run(new Progress(stream as NodeJS.WriteStream, planned))
  return text
}

progress('a log gets a line for each cell, with how long is left of the plan', () => {
  const text = logged((progress) => {
    progress.startCell('[1/2] ring ×2', 0)
    progress.step('warms up libc', 10)
    progress.step('round 1 of 2, libc', 40)
    progress.startCell('[2/2] larson ×2', 50)
    progress.step('warms up libc', 50)
    progress.end()
  }, 100)
  const [first, second, ...rest] = text.trim().split('\n')
  assert.match(first, /^\[1\/2\] ring ×2: warms up libc \(about 2 min left\)$/)
  // Half of the plan took no time at all, so less than half of it is expected for the rest.
  assert.match(second, /^\[2\/2\] larson ×2: warms up libc \(about (\d|1\d) s left\)$/)
  assert.equal(rest, [])
})

progress.run()
