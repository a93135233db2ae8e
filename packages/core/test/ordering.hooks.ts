// Node's module hooks: whoever asks for `#ordering` gets the recorder. The bundle of @hakmem/arena asks no more: to be used
// with `--conditions=module`.

import type { ResolveHook } from 'node:module'

export const resolve: ResolveHook = (specifier, context, next) =>
  specifier === '#ordering'
    ? { url: new URL('./ordering.recorder.js', import.meta.url).href, shortCircuit: true }
    : next(specifier, context)
