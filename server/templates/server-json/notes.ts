/** What was understood how: gathered along the way, each with the place in the document as it was given. */
import { type Refusal, ROOT } from './json.ts'

export interface Note {
  path: string
  text: string
}

export interface Findings {
  notes: Note[]
  refusals: Refusal[]
  note(path: string, text: string): void
  refuse(path: string, reason: string): void
  /** What stands at `path` of the newest shape stood at `source` in the document. */
  moved(path: string, source: string): void
}

/** More would be read by nobody; a hostile document could make any number. */
const FINDINGS_MAX = 200

export function createFindings(): Findings {
  const origins = new Map<string, string>()
  const source = (path: string): string => {
    for (
      let end = path.length;
      end > 0;
      end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1))
    ) {
      const origin = origins.get(path.slice(0, end))
      if (origin !== undefined) return `${origin}${path.slice(end)}`
    }
    return path
  }
  const notes: Note[] = []
  const refusals: Refusal[] = []
  return {
    notes,
    refusals,
    note: (path, text) => {
      if (notes.length < FINDINGS_MAX) notes.push({ path: source(path), text })
    },
    refuse: (path, reason) => {
      if (refusals.length < FINDINGS_MAX) refusals.push({ path: source(path), reason })
    },
    moved: (path, origin) => {
      if (path !== origin && path !== ROOT) origins.set(path, source(origin))
    },
  }
}

/** For messages: a value of a document can be of any length. */
export const quoted = (text: string): string => `“${text.length > 80 ? `${text.slice(0, 80)}…` : text}”`
