/** Programs that are put into throw-away containers; nothing of this process runs them. */
import { readFileSync } from 'node:fs'

export const containerFile = (name: 'in-turn.mjs' | 'resolve.py'): string =>
  readFileSync(new URL(`container-files/${name}`, import.meta.url), 'utf8')
