import { describe, expect, it } from 'vitest'
import { CHORD_MS, type KeyPress, keyTable, readKey } from './keys.ts'
import { PLACES, placesFor } from './places.ts'

const press = (key: string, over: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlOrMeta: false,
  alt: false,
  typing: false,
  atMs: 10_000,
  ...over,
})

describe('keys', () => {
  it('g and then a letter goes to the place of that letter', () => {
    expect(readKey(press('g'), null, PLACES)).toEqual({ type: 'chord', startedMs: 10_000 })
    expect(readKey(press('d'), 9_500, PLACES)).toEqual({ type: 'go', href: '/deployments' })
  })

  it('a letter long after g, or without it, is nothing', () => {
    expect(readKey(press('d'), 10_000 - CHORD_MS - 1, PLACES)).toBeNull()
    expect(readKey(press('d'), null, PLACES)).toBeNull()
  })

  it('letters typed into a field stay text, but the palette opens from anywhere', () => {
    expect(readKey(press('g', { typing: true }), null, PLACES)).toBeNull()
    expect(readKey(press('?', { typing: true }), null, PLACES)).toBeNull()
    expect(readKey(press('k', { typing: true, ctrlOrMeta: true }), null, PLACES)).toEqual({ type: 'palette' })
  })

  it('only admins can go to what only admins see', () => {
    const user = placesFor('user')
    expect(readKey(press('u'), 9_900, user)).toBeNull()
    expect(keyTable(user).some((row) => row.label === 'Users')).toBe(false)
    expect(readKey(press('u'), 9_900, placesFor('admin'))).toEqual({ type: 'go', href: '/admin/users' })
  })

  it('gives each place a letter of its own', () => {
    expect(new Set(PLACES.map((place) => place.key)).size).toBe(PLACES.length)
  })
})
