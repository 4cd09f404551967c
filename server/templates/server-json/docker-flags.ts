/**
 * What each flag of `docker run` means for a template. A container of Berth's stays in its box (I8, R6): what would
 * open it is refused by name, what Berth does anyway is passed over, and a flag that is not listed is refused.
 */
export type FlagKind =
  | 'env'
  | 'volume'
  | 'mount'
  | 'workdir'
  | 'publish'
  | 'user'
  | 'network'
  | 'platform'
  | 'security'
  | 'passed'
  | 'refused'

export interface Flag {
  kind: FlagKind
  takesValue: boolean
  /** Of a refused one. */
  reason?: string
}

const passed = (takesValue: boolean): Flag => ({ kind: 'passed', takesValue })
const refused = (takesValue: boolean, reason: string): Flag => ({ kind: 'refused', takesValue, reason })
const takes = (kind: FlagKind): Flag => ({ kind, takesValue: true })

const OWN_HOST = 'it would reach into the droplet itself'
const OWN_LIMITS = 'Berth sets the limits of a container from the template’s resources'

const FLAGS: Record<string, Flag> = {
  '-e': takes('env'),
  '--env': takes('env'),
  '-v': takes('volume'),
  '--volume': takes('volume'),
  '--mount': takes('mount'),
  '-w': takes('workdir'),
  '--workdir': takes('workdir'),
  '-p': takes('publish'),
  '--publish': takes('publish'),
  '-u': takes('user'),
  '--user': takes('user'),
  '--network': takes('network'),
  '--net': takes('network'),
  '--platform': takes('platform'),
  '--security-opt': takes('security'),
  '-i': passed(false),
  '--interactive': passed(false),
  '-t': passed(false),
  '--tty': passed(false),
  '-y': passed(false),
  '-d': passed(false),
  '--detach': passed(false),
  '-q': passed(false),
  '--quiet': passed(false),
  '--rm': passed(false),
  '--init': passed(false),
  '--read-only': passed(false),
  '--pull': passed(true),
  '--name': passed(true),
  '--restart': passed(true),
  '--cap-drop': passed(true),
  '--privileged': refused(false, 'a privileged container is no container'),
  '--pid': refused(true, OWN_HOST),
  '--ipc': refused(true, OWN_HOST),
  '--uts': refused(true, OWN_HOST),
  '--userns': refused(true, OWN_HOST),
  '--cgroupns': refused(true, OWN_HOST),
  '--device': refused(true, OWN_HOST),
  '--gpus': refused(true, OWN_HOST),
  '--add-host': refused(true, OWN_HOST),
  '--volumes-from': refused(true, 'it would open the files of another container'),
  '--link': refused(true, 'a container has a network of its own'),
  '--cap-add': refused(true, 'a container gets no added capability'),
  '--entrypoint': refused(true, 'the program that an image was checked with is the one that runs'),
  '--env-file': refused(true, 'it reads a file of somebody’s own machine'),
  '--sysctl': refused(true, OWN_HOST),
  '--memory': refused(true, OWN_LIMITS),
  '-m': refused(true, OWN_LIMITS),
  '--cpus': refused(true, OWN_LIMITS),
}

const UNKNOWN = refused(true, 'Berth does not know this flag')

export function flagOf(name: string): Flag {
  return Object.hasOwn(FLAGS, name) ? (FLAGS[name] ?? UNKNOWN) : UNKNOWN
}

/** `-it` is `-i -t`, `-eNAME=x` is `-e NAME=x`, `--env=NAME=x` is `--env NAME=x`. */
export function splitFlag(word: string): { name: string; value?: string }[] {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=')
    return equals < 0 ? [{ name: word }] : [{ name: word.slice(0, equals), value: word.slice(equals + 1) }]
  }
  const spaced = /^(-\w)(?:\s+|=)([\s\S]+)$/.exec(word)
  if (spaced?.[1] && spaced[2]) return [{ name: spaced[1], value: spaced[2] }]
  const [, ...letters] = word
  const names = letters.map((letter) => `-${letter}`)
  const [first] = names
  if (letters.length > 1 && names.every((name) => flagOf(name).kind === 'passed'))
    return names.map((name) => ({ name }))
  if (first && letters.length > 1 && Object.hasOwn(FLAGS, first) && flagOf(first).takesValue)
    return [{ name: first, value: word.slice(2) }]
  return [{ name: word }]
}
