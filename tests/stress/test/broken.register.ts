// Imported ahead of all else, in every thread: breaks the allocator as `?mutant=` says.

import { register } from 'node:module'

register('./broken.hooks.js', import.meta.url, { data: new URL(import.meta.url).searchParams.get('mutant') })
