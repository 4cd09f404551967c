import { expect, test } from 'vitest'
import { fileContent, parseUserData } from './user-data.ts'

test('what is no cloud-config has no meaning here', () => {
  for (const text of ['', '#!/bin/sh\necho hi', '#cloud-config-archive\n- x'])
    expect(parseUserData(text)).toMatchObject({ ssh_keys: {}, ssh_authorized_keys: [], write_files: [], runcmd: [] })
})

test('files are read with their encodings and permissions', () => {
  const { write_files } = parseUserData(
    '#cloud-config\nwrite_files:\n- {path: /a, content: plain, permissions: "0600"}\n- {path: /b, content: aGk=, encoding: b64}\n',
  )
  expect(write_files.map((file) => [file.path, fileContent(file).toString(), file.permissions])).toEqual([
    ['/a', 'plain', '0600'],
    ['/b', 'hi', '0644'],
  ])
})

test('a document that is broken is an error, as for cloud-init', () => {
  expect(() => parseUserData('#cloud-config\na: [')).toThrow()
  expect(() => parseUserData('#cloud-config\nwrite_files: 3')).toThrow()
})
