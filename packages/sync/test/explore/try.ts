import { drain, explore } from '@hakmem/interleave'
import { loadScenes, type Scene, type SceneName } from './lab.ts'

const scenes = await loadScenes()
const names = process.argv.slice(3) as SceneName[]
for (const name of names.length ? names : (Object.keys(scenes) as SceneName[])) {
  const s = drain(scenes[name]()) as Scene
  const r = explore(s, {
    preemptions: 2,
    kills: Number(process.argv[2]),
    seconds: Number(process.env.S ?? 100),
  })
  console.log(name, r.failure ? String(r.failure) : '', r.complete, r.schedules, r.states, r.seconds)
}
