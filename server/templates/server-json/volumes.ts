/** Only named volumes are mounted (R6): a path of the host is refused, whatever it is. */
import type { TemplateConfig } from '#db/template-config.ts'

type Volume = TemplateConfig['volumes'][number]
type Read = { volume: Volume | null } | { refused: string }

const HOST_PATH = 'a container gets no folder of the droplet, only named volumes'
const DOCKER_SOCKET = 'a container never gets the socket of Docker'
const PLAIN_PATH = /^\/[\w\-./]*$/
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/

/** `name:/path[:options]`, or `/path` alone for one without a name. */
export function readVolume(text: string): Read {
  if (text.includes('docker.sock')) return { refused: DOCKER_SOCKET }
  const [source = '', target, options, ...more] = text.split(':')
  if (target === undefined)
    return isPath(source) ? { volume: { name: nameOfPath(source), path: source } } : { refused: HOST_PATH }
  if (more.length > 0 || (options !== undefined && !/^(ro|rw|z|Z|nocopy)(,(ro|rw|z|Z|nocopy))*$/.test(options)))
    return { refused: 'Berth can’t read this mount' }
  if (!NAME.test(source)) return { refused: HOST_PATH }
  return isPath(target)
    ? { volume: { name: source, path: target } }
    : { refused: 'its target is no plain absolute path' }
}

/** `type=volume,src=name,dst=/path`. */
export function readMount(text: string): Read {
  if (text.includes('docker.sock')) return { refused: DOCKER_SOCKET }
  const fields = new Map(
    text.split(',').map((field) => [field.split('=')[0]?.trim(), field.split('=').slice(1).join('=')]),
  )
  const type = fields.get('type') ?? 'volume'
  const target = fields.get('dst') ?? fields.get('target') ?? fields.get('destination') ?? ''
  const source = fields.get('src') ?? fields.get('source')
  // A container's /tmp is one already.
  if (type === 'tmpfs' && target === '/tmp') return { volume: null }
  if (type !== 'volume') return { refused: type === 'bind' ? HOST_PATH : `Berth mounts no ${type.slice(0, 20)}` }
  if (!isPath(target)) return { refused: 'its target is no plain absolute path' }
  if (source !== undefined && !NAME.test(source)) return { refused: HOST_PATH }
  return { volume: { name: source ?? nameOfPath(target), path: target } }
}

const isPath = (path: string): boolean => PLAIN_PATH.test(path) && path.length <= 200 && path !== '/'
const nameOfPath = (path: string): string => path.split('/').filter(Boolean).at(-1) ?? 'data'

/** As a template names volumes; two never alike. */
export function volumeName(wish: string, others: readonly Volume[]): string {
  const bare =
    wish
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+/, '')
      .slice(0, 36)
      .replace(/-+$/, '') || 'data'
  for (let n = 1; ; n++) {
    const name = n === 1 ? bare : `${bare}-${n}`
    if (!others.some((other) => other.name === name)) return name
  }
}
