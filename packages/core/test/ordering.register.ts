import { register } from 'node:module'

register('./ordering.hooks.js', import.meta.url)
