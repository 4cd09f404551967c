/** Are the variables that a server needs declared, and are their defaults worth anything? */
import type { EnvironmentVariable } from '#db/template-config.ts'
import type { TemplateContent } from '#db/template-content.ts'
import { type Finding, fail, pass, warn } from './checks.ts'
import { askFor, askForAll, isVariableName, type Patch, setAt } from './patch.ts'
import { isPlaceholder, looksSecret, splitOnce } from './secrets.ts'
import type { Inspection } from './subject.ts'

/** Set by the system, the shell or a language's own image: never a server's own setting. */
const SYSTEM =
  /^(?:PATH|HOME|TMPDIR|LANG|LC_\w+|TZ|TERM|SHELL|USER|PWD|DEBIAN_FRONTEND|GPG_KEY|NODE_(?:ENV|OPTIONS|VERSION)|PYTHON\w*|PIP_\w*|UV_\w*|YARN_VERSION|JAVA_\w*|GOPATH|SSL_CERT_\w+|(?:HTTPS?|NO|ALL|FTP)_PROXY)$/i

type Variables = readonly EnvironmentVariable[]

/** @param named by a dry run that failed: names that its last lines ask for */
export function declared(content: TemplateContent, inspection: Inspection, named: readonly string[]): Finding {
  const variables: Variables = content.config.environmentVariables
  const known = new Set(variables.map(({ name }) => name))
  const asked = named.filter((name) => !known.has(name))
  const empty = (inspection.kind === 'image' ? inspection.image.config.env : [])
    .map(splitOnce)
    .filter(
      ([name, value]) =>
        value === '' && isVariableName(name) && !known.has(name) && !SYSTEM.test(name) && !asked.includes(name),
    )
    .map(([name]) => name)
  const open = variables.flatMap(({ name, isSecret }, index) =>
    !isSecret && looksSecret(name) ? [{ name, index }] : [],
  )
  const evidence = [
    ...asked.map((name) => `${name}: the server asked for it when it was tried`),
    ...empty.map((name) => `${name}: the image leaves it empty for somebody to set`),
    ...open.map(({ name }) => `${name}: its name says that it is a secret, and it is not marked as one`),
  ]
  const markSecret: Patch = open.flatMap(({ name, index }) => {
    const variable = variables.find((one) => one.name === name)
    // A secret's default is everybody's, and a patch must not carry it on (R8, R11).
    const bare = variable?.default === undefined && variable?.value === undefined
    return variable
      ? setAt(['config', 'environmentVariables', index], { ...(bare ? variable : askFor(variable)), isSecret: true })
      : []
  })
  const patch: Patch = [...askForAll(content, asked), ...optional(content, asked.length, empty), ...markSecret]
  if (asked.length > 0)
    return fail(`It needs ${listed(asked)}, which the template does not declare.`, evidence, {
      text: `Declare ${listed(asked)} as required.`,
      patch,
    })
  if (open.length > 0)
    return warn(`${listed(open.map(({ name }) => name))} should be marked as secret.`, evidence, {
      text: 'Mark it as secret: it is then stored encrypted and never shown again.',
      patch,
    })
  if (empty.length > 0)
    return warn(`The image has settings that the template does not offer: ${listed(empty)}.`, evidence, {
      text: 'Declare them, so that people can set them.',
      patch,
    })
  const n = variables.length
  return pass(n === 0 ? 'It needs no variable.' : `${n} declared; nothing names another.`)
}

/** New ones, behind those that `askForAll` appends. */
function optional(content: TemplateContent, before: number, names: readonly string[]): Patch {
  const start = content.config.environmentVariables.length + before
  return names.map((name, nth) => ({
    path: ['config', 'environmentVariables', start + nth],
    value: { name, description: '', isRequired: false, isSecret: looksSecret(name) },
  }))
}

const listed = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** Why a default does not do; null when it does. Never holds the default itself: it may be a secret. */
function wrongDefault({ format, choices, default: preset }: EnvironmentVariable): string | null {
  if (preset === undefined) return null
  if (choices && choices.length > 0 && !choices.includes(preset)) return 'its default is not one of its choices'
  if (format === 'number' && !NUMBER.test(preset)) return 'its default is not a number'
  if (format === 'boolean' && preset !== 'true' && preset !== 'false') return 'its default is neither true nor false'
  if (format === 'filepath' && preset !== '' && !preset.startsWith('/')) return 'its default is not an absolute path'
  return null
}

const withPatch = (patch: Patch) => (patch.length > 0 ? { patch } : {})

const MENTION = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g

export function formats(content: TemplateContent): Finding {
  const variables: Variables = content.config.environmentVariables
  const known = new Set(variables.map(({ name }) => name))
  const wrong = variables.flatMap((variable, index) => {
    const why = wrongDefault(variable)
    return why ? [{ index, line: `${variable.name}: ${why}` }] : []
  })
  const twice = variables.filter(({ name }, index) => variables.findIndex((one) => one.name === name) < index)
  const lost = (content.config.arguments ?? []).flatMap((argument) =>
    typeof argument === 'string' || known.has(argument.onlyWith) ? [] : argument.onlyWith,
  )
  const evidence = [
    ...wrong.map(({ line }) => line),
    ...twice.map(({ name }) => `${name}: declared twice`),
    ...lost.map((name) => `${name}: an argument is kept for it, and it is not declared`),
  ]
  if (evidence.length > 0)
    return fail(evidence.length === 1 ? `${evidence[0]}.` : `${evidence.length} variables are not right.`, evidence, {
      text: 'Correct the variables named.',
      ...withPatch(
        wrong.flatMap(({ index }) => {
          const { default: _default, ...rest } = variables[index] as EnvironmentVariable
          // A fixed value may be a secret, and everybody sees a finding.
          return rest.value === undefined ? setAt(['config', 'environmentVariables', index], rest) : []
        }),
      ),
    })
  const mentioned = mentionedIn(content).filter((name) => !known.has(name) && name === name.toUpperCase())
  if (mentioned.length > 0)
    return warn(
      `{${mentioned[0]}} stands for no variable.`,
      mentioned.map((name) => `{${name}} is passed on as it is written`),
      {
        text: 'Declare the variable, if it was meant to be filled in.',
      },
    )
  return pass(variables.length === 0 ? 'It has no variable.' : 'Defaults, choices and formats agree.')
}

function mentionedIn({ config }: TemplateContent): string[] {
  const args = (config.arguments ?? []).flatMap((argument) =>
    typeof argument === 'string' ? argument : argument.values,
  )
  const fixed = config.environmentVariables.flatMap(({ value }) => value ?? [])
  return [...new Set([...args, ...fixed].flatMap((text) => [...text.matchAll(MENTION)].map(([, name = '']) => name)))]
}

export function placeholders(content: TemplateContent): Finding {
  const found = content.config.environmentVariables.flatMap((variable, index) => {
    const text = [variable.default, variable.value].find((one) => one !== undefined && isPlaceholder(one))
    return text !== undefined && !variable.choices?.includes(text) ? [{ variable, index, text }] : []
  })
  if (found.length === 0) return pass('Every default is a value that works.')
  return fail(
    `${listed(found.map(({ variable }) => variable.name))} would get a placeholder for a value.`,
    found.map(({ variable, text }) => (variable.isSecret ? variable.name : `${variable.name}: ${text.slice(0, 60)}`)),
    {
      text: 'Remove the placeholder and ask each person for the value.',
      patch: found.flatMap(({ variable, index }) => setAt(['config', 'environmentVariables', index], askFor(variable))),
    },
  )
}
