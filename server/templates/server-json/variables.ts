/** The variables of a template, as its package's environment and the inputs of its arguments declare them. */
import { ENV_KEY, type EnvironmentVariable, environmentVariable } from '#db/template-config.ts'
import { at, same } from './json.ts'
import { type Findings, quoted } from './notes.ts'
import type { Input } from './schema.ts'

/** Names that hold secrets by everybody's habit. */
const SECRET_NAME =
  /(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|PAT)(_|$)|APIKEY|PRIVATE_?KEY|(SECRET|TOKEN|PASSWORD)$/i
/** Settings about secrets that are none. */
const NOT_SECRET =
  /(_(FILE|PATH|DIR|URL|TTL|NAME|ID|HEADER|LIMIT|COUNT|BYTES|MAX|MIN|SIZE|EXPIRY|ENABLED)|^MAX_TOKENS?|^TOKEN_LIMIT)$|_TOKENS$/i

export const looksSecret = (name: string): boolean => SECRET_NAME.test(name) && !NOT_SECRET.test(name)

interface Declared {
  variable: EnvironmentVariable
  source: Input
}

export interface Variables {
  /** A variable of the container's environment; a second one of that name completes the first. */
  environment(name: string, input: Input & { variables?: Record<string, Input> | undefined }, path: string): void
  /** A value that a person gives for an argument. @returns what to write as `{NAME}` */
  input(wish: string, input: Input, path: string): string
  /** `text` with each `{name}` of `variables` written as the variable that was declared for it. */
  template(text: string, variables: Record<string, Input> | undefined, path: string): string
  has(name: string): boolean
  list(): EnvironmentVariable[]
}

/** @param reserved names of the environment, which no input of an argument may take */
export function createVariables(findings: Findings, reserved: ReadonlySet<string>): Variables {
  const declared = new Map<string, Declared>()

  /** What a text names in braces; the rest of the map is of no use. */
  const namedIn = (text: string, variables: Record<string, Input> | undefined): [string, Input][] =>
    Object.entries(variables ?? {}).filter(([name]) => text.includes(`{${name}}`))

  function declare(variable: EnvironmentVariable, source: Input, path: string): void {
    const parsed = environmentVariable.safeParse(variable)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      findings.refuse(at(path, String(issue?.path[0] ?? 'name')), `${issue?.message ?? 'This is no variable'}.`)
      return
    }
    declared.set(variable.name, { variable: parsed.data, source })
  }

  const variables: Variables = {
    environment(name, input, path) {
      if (!ENV_KEY.test(name)) {
        findings.refuse(
          at(path, 'name'),
          `${quoted(name)} is no name of a variable: letters, digits and _, not starting with a digit.`,
        )
        return
      }
      const old = declared.get(name)
      if (old) {
        const { variable } = old
        if (variable.default === undefined && variable.value === undefined && input.default !== undefined)
          variable.default = input.default
        variable.isRequired ||= input.isRequired === true
        variable.isSecret ||= input.isSecret === true
        return
      }
      const whole = /^\{([^{}]+)\}$/.exec(input.value ?? '')?.[1]
      const only = whole === undefined ? undefined : namedIn(input.value ?? '', input.variables)[0]
      if (only) {
        // The person is asked under the name that the container sees.
        const { isRequired = false, isSecret = false } = only[1]
        const { value: _, description, variables: __, ...rest } = input
        const merged = { ...rest, ...only[1], description: only[1].description ?? description }
        const required = isRequired || input.isRequired === true
        declare(
          variableOf(
            name,
            { ...merged, isRequired: required, isSecret: isSecret || input.isSecret === true || undefined },
            path,
            findings,
          ),
          input,
          path,
        )
        return
      }
      const value = input.value === undefined ? undefined : variables.template(input.value, input.variables, path)
      const variable = variableOf(name, input, path, findings)
      if (value === undefined) return declare(variable, input, path)
      const { default: _, ...fixed } = variable
      declare({ ...fixed, value }, input, path)
    },

    input(wish, input, path) {
      const key = envKey(wish)
      for (let n = 1; ; n++) {
        const name = n === 1 ? key : `${key}_${n}`
        const old = declared.get(name)
        if (old?.variable.inputOnly && same(old.source, input)) return name
        if (old || reserved.has(name)) continue
        if (name !== wish) findings.note(path, `A person is asked for ${quoted(wish)} as ${name}.`)
        const variable = variableOf(name, input, path, findings)
        const { value } = input
        declare({ ...variable, inputOnly: true, ...(value === undefined ? {} : { value }) }, input, path)
        return name
      }
    },

    template(text, inputs, path) {
      const names = new Map(
        namedIn(text, inputs).map(([name, input]) => [
          name,
          variables.input(name, input, at(at(path, 'variables'), name)),
        ]),
      )
      return text.replace(/\{([^{}]+)\}/g, (written, name: string) => {
        const key = names.get(name)
        return key === undefined ? written : `{${key}}`
      })
    },

    has: (name) => declared.has(name),
    list: () => [...declared.values()].map(({ variable }) => variable),
  }
  return variables
}

/** A name that the environment takes: `--api-key` is API_KEY. */
export function envKey(text: string): string {
  if (ENV_KEY.test(text) && text.length <= 100) return text
  const key = text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase()
    .slice(0, 100)
  if (key === '') return 'ARGUMENT'
  return /^\d/.test(key) ? `_${key}` : key
}

const cut = (text: string, max: number): string => (text.length > max ? text.slice(0, max) : text)

function variableOf(name: string, input: Input, path: string, findings: Findings): EnvironmentVariable {
  const secretByName = input.isSecret === undefined && input.value === undefined && looksSecret(name)
  if (secretByName) findings.note(path, `${name} is kept secret: its name says that it is one.`)
  const { format, choices, placeholder } = input
  const preset = input.default === '' ? undefined : input.default
  const takes = preset === undefined || fits(preset, format)
  const chosen = preset === undefined || choices === undefined || choices.length === 0 || choices.includes(preset)
  if (!takes) findings.note(at(path, 'default'), `${quoted(preset)} is no ${format}: any text is taken.`)
  if (!chosen) findings.note(at(path, 'default'), `${quoted(preset)} is none of the choices and was left out.`)
  return {
    name,
    description: cut((input.description ?? '').trim(), 2000),
    isRequired: input.isRequired === true,
    isSecret: input.isSecret === true || secretByName,
    ...(format !== undefined && takes ? { format } : {}),
    ...(preset !== undefined && chosen ? { default: preset } : {}),
    ...(choices !== undefined && choices.length > 0 ? { choices } : {}),
    ...(placeholder ? { placeholder: cut(placeholder, 500) } : {}),
  }
}

function fits(value: string, format: Input['format']): boolean {
  if (format === 'number') return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(value)
  return format !== 'boolean' || value === 'true' || value === 'false'
}
