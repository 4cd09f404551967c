/** What the host driver remembers between its lives: who it is, its subnet, and which address each droplet has. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { readJson, writeJson } from '#local-cloud/atomic-file.ts'
import type { Subnet } from './network.ts'

const stateFile = z.object({
  /** Six characters in the name of everything it makes on this machine, so that clean-up touches only its own. */
  instance: z.string().regex(/^[0-9a-f]{6}$/),
  /** Null until the first start has found one. */
  subnet: z.object({ third: z.int().min(0).max(255) }).nullable(),
  /** Droplet id → last number of its address. */
  hosts: z.record(z.string(), z.int().min(2).max(254)),
  /** Where the search for a free number starts, so that a fresh droplet rarely gets a just freed address. */
  nextHost: z.int().min(2).max(255),
})

type HostState = z.infer<typeof stateFile>

export interface StateStore {
  readonly instance: string
  readonly subnet: Subnet | null
  keepSubnet(subnet: Subnet): void
  /** The droplet's number, given at the first call and kept until `release`. @throws Error when all 253 are taken */
  host(id: number): number
  release(id: number): void
}

/** @throws Error when the file is damaged */
export function openState(dir: string): StateStore {
  mkdirSync(dir, { recursive: true })
  const file = path.join(dir, 'state.json')
  const state = read(file) ?? { instance: randomBytes(3).toString('hex'), subnet: null, hosts: {}, nextHost: 2 }
  const save = () => writeJson(file, state)
  save()
  return {
    instance: state.instance,
    subnet: state.subnet,
    keepSubnet(subnet) {
      state.subnet = subnet
      save()
    },
    host(id) {
      const known = state.hosts[id]
      if (known !== undefined) return known
      const used = new Set(Object.values(state.hosts))
      for (let step = 0; step < 253; step += 1) {
        const host = 2 + ((state.nextHost - 2 + step) % 253)
        if (used.has(host)) continue
        state.hosts[id] = host
        state.nextHost = host + 1
        save()
        return host
      }
      throw new Error('All 253 addresses of the local cloud are taken: delete droplets first.')
    },
    release(id) {
      if (state.hosts[id] === undefined) return
      delete state.hosts[id]
      save()
    },
  }
}

function read(file: string): HostState | null {
  const content = readJson(file)
  if (content === null) return null
  const parsed = stateFile.safeParse(content)
  if (!parsed.success) throw new Error(`${file} is damaged: move it away together with the local cloud's data folder.`)
  return parsed.data
}
