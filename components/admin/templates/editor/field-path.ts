/** Which form field a path into a template's content means: for errors of the schema and the server, and for fixes. */

type Path = readonly PropertyKey[]

/** Lists that are one text field each. */
const WORD_LISTS = [
  /^(tags|criteria\.regions|criteria\.sizes|config\.package\.allowInstallScripts)\..*/,
  /^(config\.environmentVariables\.\d+\.choices)\..*/,
]
/** A whole that is wrong shows at its first field. */
const FIRST_FIELD: [RegExp, string][] = [
  [/^config\.package$/, '.identifier'],
  [/^config\.transport$/, '.type'],
  [/^config\.environmentVariables\.\d+$/, '.name'],
  [/^config\.volumes\.\d+$/, '.path'],
  [/^config\.resources$/, '.memoryBytes'],
]

/** `content.` in front is how the server names its input. */
export function fieldOf(path: Path | string): string {
  const dotted = (typeof path === 'string' ? path : path.map(String).join('.')).replace(/^content\./, '')
  for (const list of WORD_LISTS) {
    const found = list.exec(dotted)
    if (found?.[1]) return found[1]
  }
  const argument = /^(config\.arguments\.\d+)(\.onlyWith)?/.exec(dotted)
  if (argument) return `${argument[1]}${argument[2] ?? '.text'}`
  for (const [whole, first] of FIRST_FIELD) if (whole.test(dotted)) return dotted + first
  return dotted
}

const LABELS: [RegExp, string][] = [
  [/^displayName$/, 'Name'],
  [/^description$/, 'Description'],
  [/^category$/, 'Category'],
  [/^tags/, 'Tags'],
  [/^isOfficial$/, 'Official'],
  [/^githubUrl$/, 'Source code'],
  [/^documentationUrl$/, 'Documentation'],
  [/^deploymentPriority$/, 'Priority'],
  [/^criteria\.regions/, 'Regions'],
  [/^criteria\.sizes/, 'Sizes'],
  [/^criteria\.spread$/, 'Spread'],
  [/^criteria\.exclusive$/, 'Exclusive'],
  [/^config\.image$/, 'Image'],
  [/^config\.package\.version$/, 'Package version'],
  [/^config\.package\.allowInstallScripts/, 'Allowed install scripts'],
  [/^config\.package/, 'Package'],
  [/^config\.transport\.port$/, 'Port'],
  [/^config\.transport\.path$/, 'Path'],
  [/^config\.transport/, 'Transport'],
  [/^config\.arguments/, 'Arguments'],
  [/^config\.resources\.memoryBytes$/, 'Memory'],
  [/^config\.resources\.cpuMillis$/, 'Processor'],
  [/^config\.resources\.diskBytes$/, 'Disk'],
  [/^config\.volumes/, 'Volumes'],
  [/^config\.workingDir$/, 'Working folder'],
  [/^config\.writableRootReason$/, 'Writable root'],
  [/^config\.startTimeoutMs$/, 'Time to start'],
  [/^config\.capabilities/, 'Capabilities'],
]

const PART_LABELS: Record<string, string> = {
  isRequired: 'required',
  isSecret: 'secret',
  inputOnly: 'only in arguments',
  generate: 'made when none is given',
  value: 'fixed value',
  onlyWith: 'only with',
}

/** What a person calls a part of a variable or an argument. */
export const partLabel = (part: string): string => PART_LABELS[part] ?? part

/** What a person calls that part of a template. */
export function fieldLabel(path: Path | string): string {
  const dotted = (typeof path === 'string' ? path : path.map(String).join('.')).replace(/^content\./, '')
  const variable = /^config\.environmentVariables(?:\.([^.]+))?(?:\.([^.]+))?/.exec(dotted)
  if (variable) {
    const [, which, part] = variable
    if (which === undefined) return 'Variables'
    const name = /^\d+$/.test(which) ? `Variable ${Number(which) + 1}` : which
    return part === undefined ? name : `${name}, ${partLabel(part)}`
  }
  return LABELS.find(([pattern]) => pattern.test(dotted))?.[1] ?? dotted
}
