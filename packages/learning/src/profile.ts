/**
 * Profiles: a policy as JSON, to take what one run learned into the next. One that is damaged, of another version, or
 * names what this version does not know is refused whole, with the reason.
 */

import { type Arena, InvalidArgumentError, layout, load, ProfileError } from '@hakmem/arena'
import {
  changePolicy,
  choiceOf,
  type Knobs,
  knobsOf,
  nameOf,
  requireOn,
  settingWith,
  strategyNamed,
} from './policy.ts'

const PROFILE_VERSION = 1
const FORMAT = 'hakmem-profile'

export interface Profile {
  readonly format: typeof FORMAT
  readonly version: typeof PROFILE_VERSION
  readonly strategy: string
  readonly knobs: Knobs
}

/** The policy in force. Any thread. */
export function exportProfile(arena: Arena): Profile {
  const { strategy, setting } = choiceOf(load(arena.H, layout.H_POLICY))
  return { format: FORMAT, version: PROFILE_VERSION, strategy: nameOf(strategy), knobs: knobsOf(setting) }
}

/** Puts a profile, as an object or its JSON, in force. Throws ProfileError with the reason, LearningOffError. */
export function importProfile(arena: Arena, profile: unknown): void {
  requireOn(arena, 'importProfile')
  const given = typeof profile === 'string' ? parse(profile) : profile
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ProfileError('it is not an object')
  }
  const { format, version, strategy, knobs, ...rest } = given as Record<string, unknown>
  if (format !== FORMAT) throw new ProfileError(`its \`format\` is not '${FORMAT}'`)
  if (version !== PROFILE_VERSION) {
    throw new ProfileError(`it is of version ${String(version)}; this library knows ${PROFILE_VERSION}`)
  }
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new ProfileError(`it has a field '${unknown}' that no profile has`)
  try {
    const index = strategyNamed('importProfile', strategy)
    const setting = settingWith('importProfile', knobs)
    changePolicy(arena, (now) => ({ strategy: index, setting: { ...now.setting, ...setting } }))
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    throw new ProfileError(error.message.replace(/^importProfile: |\.$/g, ''))
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ProfileError(`it is not JSON (${error instanceof Error ? error.message : String(error)})`)
  }
}
