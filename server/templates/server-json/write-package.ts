/** The configuration of a template as an entry of `packages`: the standard fields only, as far as they reach. */
import type { Argument, EnvironmentVariable, TemplateConfig } from '#db/template-config.ts'
import type { JsonObject } from './json.ts'

/** What tells one package from another. */
export const identifierOf = ({ image, package: source }: TemplateConfig): string =>
  source ? `${source.registryType} ${source.identifier} ${source.version}` : `oci ${image}`

export function packageOf(config: TemplateConfig): JsonObject {
  const { package: source, transport } = config
  const byName = new Map(config.environmentVariables.map((variable) => [variable.name, variable]))
  const environment = config.environmentVariables.filter((variable) => !variable.inputOnly)
  const runtime = source ? [] : dockerRun(config)
  return {
    ...(source
      ? { registryType: source.registryType, identifier: source.identifier, version: source.version }
      : { registryType: 'oci', identifier: config.image }),
    transport:
      transport.type === 'stdio'
        ? { type: 'stdio' }
        : { type: transport.type, url: `http://localhost:${transport.port}${transport.path}` },
    ...(runtime.length > 0 ? { runtimeHint: 'docker', runtimeArguments: runtime } : {}),
    ...(config.arguments?.length ? { packageArguments: config.arguments.flatMap((a) => argument(a, byName)) } : {}),
    ...(environment.length > 0
      ? { environmentVariables: environment.map((v) => ({ name: v.name, ...input(v), ...variables(v.value, byName) })) }
      : {}),
  }
}

const dockerRun = ({ volumes, workingDir }: TemplateConfig): JsonObject[] => [
  ...volumes.map(({ name, path }) => ({ type: 'named', name: '-v', value: `${name}:${path}` })),
  ...(workingDir === undefined ? [] : [{ type: 'named', name: '-w', value: workingDir }]),
]

type ByName = Map<string, EnvironmentVariable>

function argument(given: Argument, byName: ByName): JsonObject[] {
  const values = typeof given === 'string' ? [given] : given.values
  return values.map((value) => {
    const flag = /^(?<name>--[\w-]+)=(?<rest>[\s\S]+)$/.exec(value)?.groups
    const text = flag?.rest ?? value
    const named = variables(text, byName)
    return flag?.name
      ? { type: 'named', name: flag.name, value: text, ...named }
      : { type: 'positional', value, ...named }
  })
}

/** The inputs that a text names. Variables of the environment are named too: a client has no other place to look. */
function variables(text: string | undefined, byName: ByName): JsonObject {
  const names = [...(text ?? '').matchAll(/\{([A-Za-z_][A-Za-z0-9_]*)\}/g)].map(([, name]) => name ?? '')
  const known = [...new Set(names)].flatMap((name): [string, JsonObject][] => {
    const variable = byName.get(name)
    return variable ? [[name, input(variable)]] : []
  })
  return known.length > 0 ? { variables: Object.fromEntries(known) } : {}
}

function input(variable: EnvironmentVariable): JsonObject {
  const { description, isRequired, isSecret, format, default: preset, choices, placeholder, value } = variable
  return {
    ...(description === '' ? {} : { description }),
    isRequired,
    isSecret,
    ...(format === undefined ? {} : { format }),
    ...(preset === undefined ? {} : { default: preset }),
    ...(choices === undefined ? {} : { choices }),
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(value === undefined ? {} : { value }),
  }
}
