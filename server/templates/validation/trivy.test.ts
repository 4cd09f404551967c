import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scanImage } from './trivy.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const IMAGE = `ghcr.io/acme/server@${DIGEST}`

/** As Trivy prints it, with what this reader does not need beside what it does. */
const REPORT = {
  SchemaVersion: 2,
  CreatedAt: '2026-03-01T12:00:00.000000000Z',
  ArtifactName: IMAGE,
  ArtifactType: 'container_image',
  Metadata: {
    OS: { Family: 'debian', Name: '10.13', EOSL: true },
    ImageID: DIGEST,
    RepoDigests: [IMAGE],
    ImageConfig: { architecture: 'amd64', os: 'linux' },
  },
  Results: [
    {
      Target: `${IMAGE} (debian 10.13)`,
      Class: 'os-pkgs',
      Type: 'debian',
      Vulnerabilities: [
        {
          VulnerabilityID: 'CVE-2023-0464',
          PkgID: 'libssl1.1@1.1.1n-0+deb10u3',
          PkgName: 'libssl1.1',
          InstalledVersion: '1.1.1n-0+deb10u3',
          FixedVersion: '1.1.1n-0+deb10u5',
          Status: 'fixed',
          Layer: { DiffID: DIGEST },
          SeveritySource: 'nvd',
          PrimaryURL: 'https://avd.aquasec.com/nvd/cve-2023-0464',
          Title: 'openssl: Denial of service by excessive resource usage',
          Severity: 'HIGH',
          CVSS: { nvd: { V3Score: 7.5 } },
        },
        { VulnerabilityID: 'CVE-2019-8457', PkgName: 'libdb5.3', InstalledVersion: '5.3.28', Severity: 'CRITICAL' },
        {
          VulnerabilityID: 'CVE-2022-1304',
          PkgName: 'e2fsprogs',
          InstalledVersion: '1.44.5',
          FixedVersion: '1.44.6',
          Severity: 'CRITICAL',
          Title: 'e2fsprogs: out-of-bounds read',
        },
        { VulnerabilityID: 'TEMP-0841856-B18BAF', PkgName: 'bash', InstalledVersion: '5.0', Severity: 'LOW' },
        { VulnerabilityID: 'CVE-2026-1', PkgName: 'new', InstalledVersion: '1', Severity: 'NEGLIGIBLE' },
        { PkgName: 'nameless' },
      ],
    },
    { Target: 'Node.js', Class: 'lang-pkgs', Type: 'node-pkg' },
    { Target: 'app/uv.lock', Class: 'lang-pkgs', Type: 'uv', Vulnerabilities: null },
  ],
}

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'berth-trivy-'))
})
afterAll(() => rm(dir, { recursive: true }))

/** A program in the place of Trivy. */
async function standIn(script: string): Promise<string> {
  const file = path.join(dir, `trivy-${Math.random().toString(36).slice(2)}`)
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  return file
}
const config = (file: string, o: { serverUrl?: string; failSeverity?: 'HIGH' | 'NEVER' } = {}) => ({
  path: file,
  serverUrl: o.serverUrl ?? null,
  failSeverity: o.failSeverity ?? ('CRITICAL' as const),
})
const print = async (value: unknown, before = ''): Promise<string> => {
  const file = path.join(dir, `${Math.random().toString(36).slice(2)}.json`)
  await writeFile(file, typeof value === 'string' ? value : JSON.stringify(value))
  return standIn(`${before}\ncat '${file}'`)
}

test("Trivy's report becomes counts, the worst findings and how many reach the threshold", async () => {
  const scanned = await scanImage(config(await print(REPORT)), IMAGE)
  expect(scanned).toMatchObject({
    kind: 'scanned',
    counts: { CRITICAL: 2, HIGH: 1, MEDIUM: 0, LOW: 1, UNKNOWN: 1 },
    failing: 2,
    targets: 3,
    endOfLife: 'debian 10.13',
  })
  if (scanned.kind !== 'scanned') return
  expect(scanned.top.map(({ id }) => id)).toEqual([
    'CVE-2022-1304',
    'CVE-2019-8457',
    'CVE-2023-0464',
    'TEMP-0841856-B18BAF',
    'CVE-2026-1',
  ])
  expect(scanned.top[0]).toEqual({
    id: 'CVE-2022-1304',
    severity: 'CRITICAL',
    package: 'e2fsprogs',
    installed: '1.44.5',
    fixed: '1.44.6',
    title: 'e2fsprogs: out-of-bounds read',
  })
})

test('the operator sets what is too severe', async () => {
  const file = await print(REPORT)
  expect(await scanImage(config(file, { failSeverity: 'HIGH' }), IMAGE)).toMatchObject({ failing: 3 })
  expect(await scanImage(config(file, { failSeverity: 'NEVER' }), IMAGE)).toMatchObject({ failing: 0 })
})

test('an image in which nothing was recognised says so', async () => {
  const { Results: _, ...empty } = REPORT
  const scanned = await scanImage(config(await print(empty)), IMAGE)
  expect(scanned).toMatchObject({ kind: 'scanned', targets: 0, failing: 0, top: [] })
})

test('of many findings the ten worst are kept', async () => {
  const Vulnerabilities = Array.from({ length: 5000 }, (_, n) => ({ VulnerabilityID: `CVE-${n}`, Severity: 'MEDIUM' }))
  const scanned = await scanImage(config(await print({ ...REPORT, Results: [{ Vulnerabilities }] })), IMAGE)
  expect(scanned).toMatchObject({ counts: { MEDIUM: 5000 }, top: { length: 10 } })
})

describe('R1: how it is run', () => {
  const seen = async (image: string, o: Parameters<typeof scanImage>[2] = {}, serverUrl?: string) => {
    const log = path.join(dir, `log-${Math.random().toString(36).slice(2)}`)
    const file = await print(REPORT, `for arg in "$@"; do echo "arg=$arg" >> '${log}'; done; env >> '${log}'`)
    await scanImage(config(file, { serverUrl }), image, o)
    return (await readFile(log, 'utf8').catch(() => '')).split('\n')
  }

  test('with an argument list of its own, and against the server when there is one', async () => {
    const lines = await seen(IMAGE, {}, 'http://trivy.internal:4954')
    expect(lines.filter((line) => line.startsWith('arg=')).map((line) => line.slice(4))).toEqual([
      ...['image', '--format', 'json', '--quiet', '--scanners', 'vuln', '--platform', 'linux/amd64'],
      ...['--image-src', 'remote', '--timeout', '300s', '--server', 'http://trivy.internal:4954', IMAGE],
    ])
  })

  test("R8: with none of Berth's environment; credentials are no argument", async () => {
    process.env.BERTH_CANARY = 'canary'
    const lines = await seen(IMAGE, { credentials: { username: 'robot', password: 'hunter2' } })
    delete process.env.BERTH_CANARY
    expect(lines.filter((line) => line.includes('canary'))).toEqual([])
    expect(lines).toContain('TRIVY_PASSWORD=hunter2')
    expect(lines.filter((line) => line.startsWith('arg=') && line.includes('hunter2'))).toEqual([])
  })

  test.each(['--server=http://evil', '-h', '', ' a', 'a b', 'a;reboot', '$(reboot)', 'a\nb', '../a', 'a@b', '`id`'])(
    'R3: never with %j as its image',
    async (image) => {
      expect(await seen(image)).toEqual([''])
    },
  )
})

describe('what is not scanned', () => {
  const because = (reason: string) => ({ kind: 'not-scanned', reason: expect.stringContaining(reason) })

  test('nothing is configured', async () => {
    expect(await scanImage(null, IMAGE)).toEqual(because('No Trivy is configured'))
  })

  test('there is no such binary, or it may not be run', async () => {
    expect(await scanImage(config(path.join(dir, 'missing')), IMAGE)).toEqual(because('not found'))
    const file = await print(REPORT)
    await chmod(file, 0o644)
    expect(await scanImage(config(file), IMAGE)).toEqual(because('not found'))
  })

  test("Trivy fails: its last line says why, without a server's password", async () => {
    const failing = await standIn(
      'echo "INFO start" >&2; echo "FATAL http://u:secret@trivy: MANIFEST_UNKNOWN" >&2; exit 1',
    )
    expect(await scanImage(config(failing), IMAGE)).toEqual(because('FATAL http://trivy: MANIFEST_UNKNOWN'))
    expect(await scanImage(config(await standIn('exit 3')), IMAGE)).toEqual(because('without a word'))
  })

  test('Trivy hangs: it is ended', async () => {
    const hanging = await standIn('trap "" TERM; exec sleep 60')
    expect(await scanImage(config(hanging), IMAGE, { timeoutMs: 200 })).toEqual(because('too long'))
  })

  test.each(['garbage', '', 'null', '{}', '[]', '{"SchemaVersion":1,"Results":[]}', '{"SchemaVersion":2,"Results":7}'])(
    'Trivy prints %j',
    async (output) => {
      expect(await scanImage(config(await print(output)), IMAGE)).toEqual(because('something else than a report'))
    },
  )

  test('the caller gives up: the program ends with it', async () => {
    const pid = path.join(dir, 'pid')
    const hanging = await standIn(`echo $$ > '${pid}'; exec sleep 60`)
    const leaving = new AbortController()
    const scan = scanImage(config(hanging), IMAGE, { signal: leaving.signal })
    const running = await expect
      .poll(() => readFile(pid, 'utf8').catch(() => ''))
      .not.toBe('')
      .then(() => readFile(pid, 'utf8'))
    leaving.abort(new Error('left'))
    await expect(scan).rejects.toThrow('left')
    await expect.poll(() => isAlive(Number(running))).toBe(false)
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
