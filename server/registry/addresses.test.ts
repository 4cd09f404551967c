import { describe, expect, test } from 'vitest'
import { createTrust, isInsideName, kindOf } from './addresses.ts'

describe('an address is', () => {
  test.each([
    ['8.8.8.8', 'public'],
    ['100.63.255.255', 'public'],
    ['172.32.0.1', 'public'],
    ['2606:4700::1111', 'public'],
    ['64:ff9b::808:808', 'public'],
    ['127.0.0.1', 'own'],
    ['127.255.255.254', 'own'],
    ['10.0.0.1', 'own'],
    ['172.16.0.1', 'own'],
    ['192.168.1.1', 'own'],
    ['100.64.0.1', 'own'],
    ['::1', 'own'],
    ['fd00::1', 'own'],
    ['::ffff:127.0.0.1', 'own'],
    ['::ffff:a00:1', 'own'],
    ['169.254.169.254', 'never'],
    ['168.63.129.16', 'never'],
    ['100.100.100.200', 'never'],
    ['fd00:ec2::254', 'never'],
    ['fe80::1', 'never'],
    ['::ffff:169.254.169.254', 'never'],
    ['0.0.0.0', 'never'],
    ['0.1.2.3', 'never'],
    ['::', 'never'],
    ['::7f00:1', 'never'],
    ['64:ff9b::7f00:1', 'never'],
    ['64:ff9b::a9fe:a9fe', 'never'],
    ['64:ff9b:1::808:808', 'never'],
    ['::ffff:0:7f00:1', 'never'],
    ['2002:7f00:1::', 'never'],
    ['2001::7f00:1', 'never'],
    ['224.0.0.1', 'never'],
    ['ff02::1', 'never'],
    ['240.0.0.1', 'never'],
    ['255.255.255.255', 'never'],
    ['192.0.0.192', 'never'],
    ['198.18.0.1', 'never'],
    ['203.0.113.1', 'never'],
    ['fec0::1', 'never'],
    ['2001:db8::1', 'never'],
    ['5f00::1', 'never'],
    ['4000::1', 'never'],
  ])('%s: %s', (address, kind) => {
    expect(kindOf(address)).toBe(kind)
  })
})

test('a listed host is trusted at its port, or at every port where none is given', () => {
  const trusts = createTrust(['registry.corp', '10.0.0.5:5000', 'named.corp:443', '[fd00::5]:5000'])
  const all = (...urls: string[]) => urls.map((url) => trusts(new URL(url)))
  expect(all('https://registry.corp/', 'https://REGISTRY.corp.:8443/', 'http://registry.corp/')).toEqual([
    true,
    true,
    true,
  ])
  expect(
    all('http://10.0.0.5:5000/', 'https://0xa.5:5000/', 'https://named.corp/', 'https://[fd00:0::5]:5000/'),
  ).toEqual([true, true, true, true])
  expect(
    all('http://10.0.0.5/', 'http://named.corp/', 'https://a.registry.corp/', 'https://registry.corp.evil.example/'),
  ).toEqual([false, false, false, false])
})

test.each(['localhost', 'registry', 'x.localhost', 'printer.local', 'metadata.google.internal', 'nas.home.arpa'])(
  '%s is a name of the inside',
  (name) => {
    expect(isInsideName(name)).toBe(true)
    expect(isInsideName(`${name}.example.com`)).toBe(false)
  },
)
