'use client'
/** Asks before what was typed and not saved is lost: by closing the tab, by a link, by another tab of the page. */
import { useEffect } from 'react'

const QUESTION = 'Leave without saving? Your changes will be lost.'

interface Followed {
  /** Absolute. */
  href: string
  target: string
  /** With a key or button that opens it elsewhere, or keeps it from being followed. */
  isElsewhere: boolean
}

/** Whether following a link takes the page away; a link into the same page does not. */
export function isLeaving({ href, target, isElsewhere }: Followed, here: string): boolean {
  if (isElsewhere || (target !== '' && target !== '_self')) return false
  const [to, from] = [new URL(href), new URL(here)]
  return to.origin !== from.origin || to.pathname !== from.pathname || to.search !== from.search
}

/** @returns asks the person where something is unsaved; true: go on */
export function useAskBeforeLeaving(unsaved: boolean): () => boolean {
  useEffect(() => {
    if (!unsaved) return
    const askClosing = (event: BeforeUnloadEvent) => event.preventDefault()
    const askFollowing = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null
      if (!link) return
      const isElsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
      if (!isLeaving({ href: link.href, target: link.target, isElsewhere }, location.href)) return
      if (confirm(QUESTION)) return
      event.preventDefault()
      event.stopPropagation()
    }
    addEventListener('beforeunload', askClosing)
    addEventListener('click', askFollowing, { capture: true })
    return () => {
      removeEventListener('beforeunload', askClosing)
      removeEventListener('click', askFollowing, { capture: true })
    }
  }, [unsaved])
  return () => !unsaved || confirm(QUESTION)
}
