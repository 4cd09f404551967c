'use client'
import { useEffect, useEffectEvent } from 'react'
import type { UseFormReturn } from 'react-hook-form'
import { toast } from '#components/ui/toast.tsx'
import type { TemplateContent } from '#db/template-content.ts'
import type { EditorFields } from './editor-model.ts'

/**
 * Unsaved work survives every way of leaving inside Berth: a link, a key, the palette, the back button. It waits in the
 * tab's memory; closing or reloading the tab asks first.
 */
const drafts = new Map<string, EditorFields>()

export const dropDraft = (key: string): void => void drafts.delete(key)

type Form = UseFormReturn<EditorFields, unknown, TemplateContent>

/** @param key one draft a template and version */
export function useDraft(key: string, called: string, form: Form, dirty: boolean): void {
  const restore = useEffectEvent(() => {
    const held = drafts.get(key)
    if (held) form.reset(held, { keepDefaultValues: true })
  })
  const keep = useEffectEvent(() => {
    if (!dirty) return void drafts.delete(key)
    drafts.set(key, form.getValues())
    toast.ok(`Unsaved changes of ${called} are kept in this tab`)
  })
  useEffect(() => restore(), [])
  useEffect(() => () => keep(), [])
  useEffect(() => {
    if (!dirty) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [dirty])
}
