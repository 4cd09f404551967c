/** What a variable's field is and takes, from the template and what `templates.defaults` found. Pure. */
import type { DefaultsView, VariableView } from '#server/api/views-templates.ts'

export interface VariableField {
  name: string
  description: string
  kind: 'choice' | 'switch' | 'text'
  isSecret: boolean
  isRequired: boolean
  /** Nobody but the person can say it: it stands first. */
  asked: boolean
  format: VariableView['format']
  choices: string[]
  /** Of a choice: what nothing chosen means; null: something always is. */
  none: string | null
  /** Berth makes a random one while the field is empty. */
  generated: boolean
  /** What the field begins with. */
  initial: string
  placeholder: string
  saved: SavedValue | null
}

export interface SavedValue {
  deploymentId: string
  deploymentName: string
  /** From the same template: used unless the person says no. */
  sameTemplate: boolean
  /** Null for a secret. */
  value: string | null
}

export interface VariableValues {
  variables: Record<string, string>
  /** By variable: its saved value is used. */
  saved: Record<string, boolean>
}

export const MADE_BY_BERTH = 'Berth makes one'

interface Asking {
  variables: readonly VariableView[]
  /** Of them, those that have no value without the person; a secret's default is known to the server alone. */
  requiredVariables: readonly VariableView[]
}

export function fieldsOf({ variables, requiredVariables }: Asking, defaults: DefaultsView | null): VariableField[] {
  const required = new Set(requiredVariables.map(({ name }) => name))
  return variables.map((variable): VariableField => {
    const found = defaults?.variables[variable.name]
    const generated = variable.generate === true
    const asked = required.has(variable.name) && !generated
    const kind = kindOf(variable)
    return {
      ...plain(variable),
      ...{ kind, asked, generated },
      none: variable.default !== undefined ? null : asked ? 'Choose…' : 'not set',
      initial: kind === 'text' ? '' : (variable.default ?? ''),
      placeholder: generated ? MADE_BY_BERTH : (variable.placeholder ?? variable.default ?? ''),
      // What it is anyway needs no word.
      saved: found?.from === 'saved' && found.value !== (variable.default ?? null) ? savedOf(found) : null,
    }
  })
}

/** For a deployment that has its values: an empty field changes nothing. */
export const keptFields = (variables: readonly VariableView[]): VariableField[] =>
  variables.map((variable): VariableField => {
    const flag = kindOf(variable) === 'switch'
    return {
      ...plain(variable),
      kind: flag ? 'choice' : kindOf(variable),
      ...(flag && { choices: ['true', 'false'] }),
      ...{ asked: false, generated: false, none: 'unchanged', initial: '', placeholder: 'unchanged', saved: null },
    }
  })

const kindOf = ({ choices, format }: VariableView): VariableField['kind'] =>
  choices && choices.length > 0 ? 'choice' : format === 'boolean' ? 'switch' : 'text'

const plain = ({ name, description, isSecret, isRequired, format, choices = [] }: VariableView) => ({
  ...{ name, description, isSecret, isRequired, format, choices },
})

const savedOf = (found: Extract<DefaultsView['variables'][string], { from: 'saved' }>): SavedValue => {
  const { deploymentId, deploymentName, sameTemplate, value } = found
  return { deploymentId, deploymentName, sameTemplate, value: value ?? null }
}

export const initialValues = (fields: readonly VariableField[]): VariableValues => ({
  variables: Object.fromEntries(fields.map(({ name, initial }) => [name, initial])),
  saved: Object.fromEntries(fields.map(({ name, saved }) => [name, saved?.sameTemplate ?? false])),
})

/** "secret, optional" */
export const fieldWords = ({ isSecret, isRequired }: VariableField): string =>
  [isSecret && 'secret', !isRequired && 'optional'].filter(Boolean).join(', ')

/** What of a switch is sent: off is nothing where nothing was said before. */
export const switchValue = ({ initial, isRequired }: VariableField, on: boolean): string =>
  on ? 'true' : initial !== '' || isRequired ? 'false' : ''

const LENGTH_MAX = 10_000
/** As JSON writes numbers, which the server asks for. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** One sentence; null for what the server takes. */
export function problemOf(field: VariableField, value: string): string | null {
  if (value === '') return field.asked ? 'This is needed.' : null
  if (value.length > LENGTH_MAX) return `Use at most ${LENGTH_MAX} characters.`
  if (field.choices.length > 0 && !field.choices.includes(value)) return 'Choose one of the list.'
  if (field.format === 'number' && !NUMBER.test(value)) return 'Use a number such as 8080 or 0.5.'
  if (field.format === 'boolean' && !['true', 'false'].includes(value)) return 'Use true or false.'
  if (field.format === 'filepath' && /[\p{Cc}]/u.test(value)) return 'Use a path on one line.'
  return null
}

/** What the field says beneath itself, besides its description. */
export const formatHint = ({ kind, format }: VariableField): string => {
  if (kind !== 'text') return ''
  if (format === 'number') return 'A number.'
  return format === 'filepath' ? 'A path inside the container.' : ''
}

interface Filled {
  variables: Record<string, string>
  reuse: Record<string, string>
}

/** What was filled in, and whose saved values are used; an empty field leaves it to the server. */
export function filledIn(fields: readonly VariableField[], values: VariableValues): Filled {
  const filled: Filled = { variables: {}, reuse: {} }
  for (const { name, saved } of fields) {
    const value = values.variables[name] ?? ''
    if (saved && values.saved[name]) filled.reuse[name] = saved.deploymentId
    else if (value !== '') filled.variables[name] = value
  }
  return filled
}
