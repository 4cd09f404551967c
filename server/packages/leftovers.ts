/** What packages leave on a droplet when nobody comes back for it. Pure: what the reconciler may remove is decided here. */
import { PACKAGE_LABEL, packageName, TRY_LABEL, VOLUME_LABEL } from './names.ts'

/** No install or resolve takes longer than ten minutes. */
const TRY_MS = 60 * 60_000
/** An installed package that nothing runs is kept this long after it was installed. */
const UNUSED_MS = 24 * 60 * 60_000

interface Thing {
  name: string
  labels: Record<string, string>
  createdAt: Date
}
export interface Things<T> {
  containers: T[]
  networks: T[]
  volumes: T[]
}

/** Belongs to a package and to no deployment. */
export const isOfPackage = ({ labels }: Pick<Thing, 'labels'>): boolean =>
  labels[PACKAGE_LABEL] !== undefined && labels['berth.deployment'] === undefined

/** @param things all that this installation has on one droplet */
export function packageLeftovers(things: Things<Thing>, now: Date): Things<string> {
  const older = (ms: number) => (thing: Thing) => now.getTime() - thing.createdAt.getTime() > ms
  const names = (list: Thing[]) =>
    list
      .filter(isOfPackage)
      .filter(older(TRY_MS))
      .map(({ name }) => name)
  const volumes = things.volumes.filter(isOfPackage)
  const seals = volumes.filter(({ labels }) => labels[VOLUME_LABEL] !== undefined)
  // Whatever runs a package carries its label, stopped ones too.
  const used = new Set(things.containers.map(({ labels }) => labels[PACKAGE_LABEL]))
  const unused = seals.filter(older(UNUSED_MS)).filter(({ labels }) => !used.has(labels[PACKAGE_LABEL]))
  const whole = new Set(seals.map(({ labels }) => labels[VOLUME_LABEL]))
  return {
    containers: names(things.containers),
    networks: names(things.networks),
    volumes: [
      // The seal first: without it the rest counts for nothing.
      ...unused.flatMap(({ name, labels }) => [name, labels[VOLUME_LABEL] ?? name]),
      ...volumes
        .filter(older(TRY_MS))
        .flatMap(({ name, labels }) => (isTry(labels, name) && !whole.has(name) ? [name] : [])),
    ],
  }
}

const isTry = (labels: Record<string, string>, name: string): boolean =>
  labels[TRY_LABEL] !== undefined && name !== packageName(labels[PACKAGE_LABEL] ?? '')
