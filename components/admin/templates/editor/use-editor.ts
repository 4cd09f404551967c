'use client'
import { type KeyboardEvent, useState } from 'react'
import { type UseFormReturn, useForm } from 'react-hook-form'
import { pageError } from '#components/trpc/errors.ts'
import { type TemplateContent, templateContent } from '#db/template-content.ts'
import type { Check, CheckId } from '#db/template-validation.ts'
import type { FieldChange } from '#server/api/views-templates.ts'
import { type EditorFields, readForm, writeForm } from './editor-model.ts'
import { fieldOf } from './field-path.ts'
import { fieldId } from './fields.tsx'
import { applyPatch } from './patch.ts'
import { editorResolver } from './resolver.ts'

export type EditorForm = UseFormReturn<EditorFields, unknown, TemplateContent>

/** What the fix of each check changed in the form. */
export type Fixed = Partial<Record<CheckId, FieldChange[]>>

/** The editor's form, with fixes that change it and errors of the server that find their field. */
export function useEditor(content: TemplateContent) {
  const form: EditorForm = useForm<EditorFields, unknown, TemplateContent>({
    resolver: editorResolver,
    defaultValues: writeForm(content),
    mode: 'onTouched',
  })
  const [fixed, setFixed] = useState<Fixed>({})

  const fix = (checks: readonly Check[]) => {
    let content = readForm(form.getValues())
    const done: Fixed = {}
    for (const check of checks) {
      const applied = applyPatch(content, check.fix?.patch ?? [])
      content = applied.content
      done[check.id] = applied.changes
    }
    // A patch may leave out what has a default; what the schema refuses shows at its field on saving.
    const whole = templateContent.safeParse(content)
    form.reset(writeForm(whole.success ? whole.data : content), { keepDefaultValues: true })
    setFixed({ ...fixed, ...done })
  }
  const refuse = (error: unknown) => {
    const { field, message } = pageError(error)
    if (!field || !document.getElementById(fieldId(fieldOf(field)))) return
    form.setError(fieldOf(field) as Parameters<EditorForm['setError']>[0], { message }, { shouldFocus: true })
  }
  return { form, fix, fixed, forgetFixed: () => setFixed({}), refuse }
}

/** Enter in a line of the editor does not save a version; the button and Ctrl S do. */
export function noEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
}
