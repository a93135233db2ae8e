import { drain, explore } from '@hakmem/interleave'
import { loadScenes } from './lab.js'

const [, , only, pre = '2', kills = '0', throws = '0', races = ''] = process.argv
const scenes = await loadScenes()
for (const make of scenes.scenes) {
  if (only !== 'all' && make.name !== only) continue
  const x = drain(make()) as ReturnType<typeof make>
  const result = explore(x, {
    preemptions: Number(pre),
    kills: Math.min(Number(kills), x.deaths),
    throws: Number(throws),
    seconds: Number(process.argv[7] ?? 60),
    races: races === 'races',
  })
  console.log(make.name.padEnd(15), JSON.stringify({ ...result, failure: undefined }))
  if (result.failure)
    console.log(
      String(result.failure)
        .split('\n')
        .filter((_, k, a) => k < 3 || k > a.length - 40)
        .join('\n'),
    )
}
