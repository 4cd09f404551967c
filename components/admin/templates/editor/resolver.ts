/** The form refuses what the server would refuse, with the same schema, in words for the field at fault. */
import { toNestErrors } from '@hookform/resolvers'
import type { FieldError, Resolver } from 'react-hook-form'
import type { core } from 'zod'
import { type TemplateContent, templateContent } from '#db/template-content.ts'
import { type EditorFields, readForm } from './editor-model.ts'
import { fieldOf } from './field-path.ts'

/** For amounts, whose schema speaks of bytes and thousandths. */
const WORDS: Record<string, string> = {
  'config.resources.memoryBytes': 'Use a size of at least 16 MB, such as 256 MB.',
  'config.resources.diskBytes': 'Use a size such as 1 GB.',
  'config.resources.cpuMillis': 'Use a share of a processor of at least 0.01, such as 0.25.',
  'config.startTimeoutMs': 'Use seconds from 1 to 300.',
  'config.transport.port': 'Use a port from 1 to 65535.',
  deploymentPriority: 'Use a whole number from 0 to 9.',
}

interface Wrong {
  field: string
  message: string
}

/** What is wrong with the fields, each at the field where it shows; the first finding of a field counts. */
export function findWrong(fields: EditorFields): { content: TemplateContent } | { wrong: Wrong[] } {
  const parsed = templateContent.safeParse(readForm(fields))
  if (parsed.success) return { content: parsed.data }
  const wrong = new Map<string, string>()
  for (const issue of parsed.error.issues) {
    const field = fieldOf(issue.path)
    if (!wrong.has(field)) wrong.set(field, WORDS[field] ?? words(issue))
  }
  return { wrong: [...wrong].map(([field, message]) => ({ field, message })) }
}

function words(issue: core.$ZodIssue): string {
  if (issue.code === 'too_small' && issue.origin === 'string') return 'This is needed.'
  if (issue.code === 'too_big' && issue.origin === 'string') return `Use at most ${issue.maximum} characters.`
  if (issue.code === 'too_big' && issue.origin === 'array') return `Use at most ${issue.maximum}.`
  return issue.message
}

export const editorResolver: Resolver<EditorFields, unknown, TemplateContent> = (fields, _context, options) => {
  const found = findWrong(fields)
  if ('content' in found) return { values: found.content, errors: {} }
  const errors: Record<string, FieldError> = {}
  for (const { field, message } of found.wrong) errors[field] = { type: 'schema', message }
  return { values: {}, errors: toNestErrors(errors, options) }
}
