import { expect, test } from 'vitest'
import { npmError } from './npm.ts'
import { pypiError } from './pypi.ts'

const source = { identifier: 'weather', version: '1.0.0' }
const end = (...tail: string[]) => ({ exitCode: 1, oomKilled: false, tail })
const npm = (code: string) =>
  npmError(source, end(`npm error code ${code}`, 'npm error request failed'), {
    ...{ npmCli: '/npm', registryUrl: 'https://npm.example/' },
  })
const pip = (...tail: string[]) => pypiError(source, end(...tail), { indexUrl: 'https://pypi.example/simple' })

test.each([
  ['SELF_SIGNED_CERT_IN_CHAIN', 'does not trust the certificate'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'does not trust the certificate'],
  ['ENOTFOUND', 'See that droplets may reach npm.example'],
  ['ECONNREFUSED', 'See that droplets may reach npm.example'],
  ['ETIMEDOUT', 'BERTH_NPM_REGISTRY'],
])('R20: %s of npm is said of its registry, not of the package', (code, fix) => {
  expect(npm(code)).toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    message: `npm.example can’t be reached from the droplet: ${code}.`,
    action: expect.stringContaining(fix),
  })
})

test('a registry that is down answers as that; a package that is missing is the package’s fault', () => {
  expect(npm('E503')).toMatchObject({ code: 'REGISTRY_UNAVAILABLE', message: 'npm.example answers 503.' })
  expect(npm('E404').code).toBe('PACKAGE_NOT_INSTALLABLE')
})

const RETRY = 'WARNING: Retrying (Retry(total=1)) after connection broken by'
test.each([
  [
    `'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')'`,
    'certificate',
  ],
  [`'NewConnectionError('<…>: Failed to establish a new connection: [Errno 111] Connection refused')'`, 'may reach'],
  [`'NameResolutionError("Failed to resolve: [Errno -3] Temporary failure in name resolution")'`, 'may reach'],
  [`'ConnectTimeoutError(<…>, 'Connection to pypi.example timed out.')'`, 'BERTH_PYPI_INDEX'],
])('R20: %s of pip is said of its index', (words, fix) => {
  const found = pip(`${RETRY} ${words}`, 'ERROR: No matching distribution found for weather==1.0.0')
  expect(found).toMatchObject({ code: 'REGISTRY_UNAVAILABLE', action: expect.stringContaining(fix) })
  expect(found.message).toContain('pypi.example can’t be reached from the droplet')
})

test('a distribution that the index has not is the package’s fault', () => {
  expect(pip('ERROR: No matching distribution found for weather==1.0.0').code).toBe('PACKAGE_NOT_INSTALLABLE')
})
