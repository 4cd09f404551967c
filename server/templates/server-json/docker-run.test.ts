/** R6: whatever a document asks of docker, a container gets what the allow-list has. */
import { describe, expect, test } from 'vitest'
import { configOf, npm, refusalsOf } from './testing-read.ts'

describe('docker’s flags', () => {
  const run = (...list: object[]) => ({ runtimeArguments: list })
  const named = (name: string, value?: string) => ({ type: 'named', name, ...(value !== undefined && { value }) })
  const word = (value: string) => ({ type: 'positional', value })

  test('what opens nothing is taken: variables, named volumes, the working folder', () => {
    const config = configOf(
      run(
        word('run'),
        named('-it'),
        named('--rm'),
        named('-e', 'A=b'),
        named('-e'),
        word('TOKEN'),
        named('--env=C=d'),
        named('-v', 'cache:/var/cache'),
        named('--mount', 'type=volume,src=Data_1,dst=/data'),
        named('-w', '/srv'),
        named('--network', 'bridge'),
        named('--cap-drop', 'ALL'),
        named('--security-opt', 'no-new-privileges'),
        word('docker.io/acme/weather:1'),
        word('--stdio'),
      ),
    )
    expect(config.environmentVariables).toMatchObject([
      { name: 'A', value: 'b' },
      { name: 'TOKEN', isSecret: true },
      { name: 'C', value: 'd' },
    ])
    expect(config.volumes).toEqual([
      { name: 'cache', path: '/var/cache' },
      { name: 'data-1', path: '/data' },
    ])
    expect(config.workingDir).toBe('/srv')
    expect(config.arguments).toEqual(['--stdio'])
  })

  test.each([
    ['--privileged'],
    ['--privileged', 'true'],
    ['--network', 'host'],
    ['--net=host'],
    ['--pid', 'host'],
    ['--pid=host'],
    ['--ipc=host'],
    ['--uts=host'],
    ['--userns=host'],
    ['--cap-add', 'SYS_ADMIN'],
    ['--device', '/dev/kvm'],
    ['--gpus', 'all'],
    ['--user', 'root'],
    ['-u', '0:0'],
    ['--user', '1000'],
    ['--entrypoint', 'sh'],
    ['--env-file', '.env'],
    ['-v', '/:/host'],
    ['-v', '~/.aws:/root/.aws'],
    ['-v', './x:/x'],
    ['-v', '$HOME:/x'],
    ['-v', '{path}:/x'],
    ['-v/etc:/etc'],
    ['--volume=/etc:/etc'],
    ['-v', '/var/run/docker.sock:/var/run/docker.sock'],
    ['-v', 'C:\\Users:/x'],
    ['--mount', 'type=bind,src=/,dst=/x'],
    ['--mount', 'src=/etc,dst=/etc'],
    ['--mount', 'type=bind,source={p},target=/x'],
    ['--volumes-from', 'other'],
    ['--security-opt', 'seccomp=unconfined'],
    ['--add-host', 'x:host-gateway'],
    ['--sysctl', 'a=b'],
    ['--platform', 'linux/arm64'],
    ['-p', '8080:8080'],
    ['--whatever'],
    ['-zx'],
  ])('R6: %s %s is refused by name', (name, value?: string) => {
    const [refusal] = refusalsOf(run(named(name, value)))
    expect(refusal).toMatch(/^packages\[0\]\.runtimeArguments\[0\]: -/)
    expect(refusalsOf(run(word(value === undefined ? name : `${name} ${value}`)))).not.toEqual([])
  })

  test('R6: a bind whose path only a default gives is refused just so', () => {
    const flag = { ...named('-v', '{src}:/x'), variables: { src: { default: '/etc' } } }
    expect(refusalsOf(run(flag))[0]).toContain('no folder of the droplet')
  })

  test('another image than the package’s is refused', () => {
    expect(refusalsOf(run(word('run'), word('evil/image')))[0]).toContain('another image')
  })

  test('npx and uvx: what only names the package again is passed over, everything else refused', () => {
    expect(
      configOf({ ...npm, runtimeHint: 'npx', ...run(named('-y'), word('@acme/weather@1.2.3')) }).arguments,
    ).toBeUndefined()
    expect(refusalsOf({ ...npm, runtimeHint: 'npx', ...run(named('--package', 'other')) })[0]).toMatch(
      /runtimeArguments\[0\]: --package “other”/,
    )
    expect(refusalsOf({ ...npm, runtimeHint: 'node', ...run(word('--inspect')) })[0]).toContain('for node')
  })
})
