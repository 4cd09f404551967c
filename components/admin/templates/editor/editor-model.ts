/**
 * A template's content as form fields and back. A field has the path of what it edits, so that an error of the schema,
 * of the server, and a fix's patch all find it. Empty text means "none"; amounts are text with their unit; lists of
 * words are text with a separator. `readForm(writeForm(content))` is the content: nothing is lost by opening an editor.
 */
import type { Argument, EnvironmentVariable, PackageSource, TemplateConfig } from '#db/template-config.ts'
import type { TemplateContent } from '#db/template-content.ts'
import { readBytes, readThousandths, readWhole, writeBytes, writeThousandths } from './quantities.ts'

export interface VariableFields {
  name: string
  description: string
  isRequired: boolean
  isSecret: boolean
  format: '' | NonNullable<EnvironmentVariable['format']>
  default: string
  /** One a line. */
  choices: string
  placeholder: string
  /** Who gives the value: the person who deploys, or the template. */
  source: 'person' | 'fixed'
  value: string
  inputOnly: boolean
  generate: boolean
  /** The default is there and empty, which an empty field alone can't say. */
  emptyDefault: boolean
}

export interface ArgumentFields {
  /** With `onlyWith`: one a line. */
  text: string
  onlyWith: string
}

export interface EditorFields {
  displayName: string
  description: string
  category: string
  /** Separated by commas. */
  tags: string
  isOfficial: boolean
  githubUrl: string
  documentationUrl: string
  deploymentPriority: string
  criteria: { regions: string; sizes: string; spread: boolean; exclusive: boolean }
  config: {
    image: string
    hasPackage: boolean
    package: {
      registryType: PackageSource['registryType']
      identifier: string
      version: string
      allowInstallScripts: string
    }
    transport: { type: TemplateConfig['transport']['type']; shared: boolean; port: string; path: string }
    /** Off: the image's own command runs. */
    ownArguments: boolean
    arguments: ArgumentFields[]
    environmentVariables: VariableFields[]
    resources: { memoryBytes: string; cpuMillis: string; diskBytes: string }
    volumes: { name: string; path: string }[]
    workingDir: string
    writableRootReason: string
    startTimeoutMs: string
    /** Not edited by hand. */
    capabilities: string[]
  }
}

export const emptyVariable: VariableFields = {
  name: '',
  description: '',
  isRequired: false,
  isSecret: false,
  format: '',
  default: '',
  choices: '',
  placeholder: '',
  source: 'person',
  value: '',
  inputOnly: false,
  generate: false,
  emptyDefault: false,
}

export function writeForm(content: TemplateContent): EditorFields {
  const { config, criteria } = content
  return {
    displayName: content.displayName,
    description: content.description,
    category: content.category,
    tags: content.tags.join(', '),
    isOfficial: content.isOfficial,
    githubUrl: content.githubUrl ?? '',
    documentationUrl: content.documentationUrl ?? '',
    deploymentPriority: String(content.deploymentPriority),
    criteria: {
      regions: criteria.regions?.join(', ') ?? '',
      sizes: criteria.sizes?.join(', ') ?? '',
      spread: criteria.spread ?? false,
      exclusive: criteria.exclusive ?? false,
    },
    config: {
      image: config.image,
      hasPackage: config.package !== undefined,
      package: {
        registryType: config.package?.registryType ?? 'npm',
        identifier: config.package?.identifier ?? '',
        version: config.package?.version ?? '',
        allowInstallScripts: config.package?.allowInstallScripts.join(', ') ?? '',
      },
      transport: writeTransport(config.transport),
      ownArguments: config.arguments !== undefined,
      arguments: (config.arguments ?? []).map(writeArgument),
      environmentVariables: config.environmentVariables.map(writeVariable),
      resources: {
        memoryBytes: writeBytes(config.resources.memoryBytes),
        cpuMillis: writeThousandths(config.resources.cpuMillis),
        diskBytes: writeBytes(config.resources.diskBytes),
      },
      volumes: config.volumes.map((volume) => ({ ...volume })),
      workingDir: config.workingDir ?? '',
      writableRootReason: config.writableRootReason ?? '',
      startTimeoutMs: writeThousandths(config.startTimeoutMs),
      capabilities: config.capabilities,
    },
  }
}

const writeTransport = (transport: TemplateConfig['transport']): EditorFields['config']['transport'] =>
  transport.type === 'stdio'
    ? { type: 'stdio', shared: transport.shared, port: '', path: '' }
    : { type: transport.type, shared: false, port: String(transport.port), path: transport.path }

const writeArgument = (argument: Argument): ArgumentFields =>
  typeof argument === 'string'
    ? { text: argument, onlyWith: '' }
    : { text: argument.values.join('\n'), onlyWith: argument.onlyWith }

const writeVariable = (variable: EnvironmentVariable): VariableFields => ({
  name: variable.name,
  description: variable.description,
  isRequired: variable.isRequired,
  isSecret: variable.isSecret,
  format: variable.format ?? '',
  default: variable.default ?? '',
  choices: variable.choices?.join('\n') ?? '',
  placeholder: variable.placeholder ?? '',
  source: variable.value === undefined ? 'person' : 'fixed',
  value: variable.value ?? '',
  inputOnly: variable.inputOnly ?? false,
  generate: variable.generate ?? false,
  emptyDefault: variable.default === '',
})

/** As the schema takes it; not yet checked: amounts that can't be read are NaN. */
export function readForm(fields: EditorFields): TemplateContent {
  const { config, criteria } = fields
  return {
    displayName: fields.displayName.trim(),
    description: fields.description.trim(),
    category: fields.category.trim(),
    tags: words(fields.tags),
    isOfficial: fields.isOfficial,
    githubUrl: fields.githubUrl.trim() || null,
    documentationUrl: fields.documentationUrl.trim() || null,
    deploymentPriority: readWhole(fields.deploymentPriority),
    criteria: present({
      regions: list(words(criteria.regions)),
      sizes: list(words(criteria.sizes)),
      spread: criteria.spread || undefined,
      exclusive: criteria.exclusive || undefined,
    }),
    config: present({
      image: config.image.trim(),
      package: config.hasPackage
        ? {
            registryType: config.package.registryType,
            identifier: config.package.identifier.trim(),
            version: config.package.version.trim(),
            allowInstallScripts: words(config.package.allowInstallScripts),
          }
        : undefined,
      transport: readTransport(config.transport),
      arguments: config.ownArguments ? config.arguments.map(readArgument) : undefined,
      environmentVariables: config.environmentVariables.map(readVariable),
      resources: {
        memoryBytes: readBytes(config.resources.memoryBytes),
        cpuMillis: readThousandths(config.resources.cpuMillis),
        diskBytes: readBytes(config.resources.diskBytes),
      },
      volumes: config.volumes.map(({ name, path }) => ({ name: name.trim(), path: path.trim() })),
      workingDir: config.workingDir.trim() || undefined,
      writableRootReason: config.writableRootReason.trim() || undefined,
      startTimeoutMs: readThousandths(config.startTimeoutMs),
      capabilities: config.capabilities,
    }),
  }
}

function readTransport(fields: EditorFields['config']['transport']): TemplateConfig['transport'] {
  if (fields.type === 'stdio') return { type: 'stdio', shared: fields.shared }
  const path = fields.path.trim() || (fields.type === 'sse' ? '/sse' : '/mcp')
  return { type: fields.type, port: readWhole(fields.port), path }
}

const readArgument = ({ text, onlyWith }: ArgumentFields): Argument =>
  onlyWith === '' ? text : { onlyWith, values: text.split('\n') }

const readVariable = (fields: VariableFields): EnvironmentVariable => {
  const person = fields.source === 'person'
  const choices = fields.choices.split('\n').filter((choice) => choice !== '')
  return present({
    name: fields.name.trim(),
    description: fields.description,
    isRequired: fields.isRequired,
    isSecret: fields.isSecret,
    format: fields.format || undefined,
    default: fields.default !== '' || fields.emptyDefault ? fields.default : undefined,
    choices: list(choices),
    placeholder: fields.placeholder || undefined,
    value: person ? undefined : fields.value,
    inputOnly: fields.inputOnly || undefined,
    generate: (person && fields.generate) || undefined,
  })
}

const words = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean)

const list = (items: string[]): string[] | undefined => (items.length > 0 ? items : undefined)

/** Without the keys that hold nothing: an absent field and an undefined one are the same to the schema, not to a diff. */
const present = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
