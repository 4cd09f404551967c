'use client'
import type { ComponentProps, ReactNode } from 'react'
import { type FieldPath, get, useFormContext } from 'react-hook-form'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { cn } from '#components/ui/cn.ts'
import { describedBy, Field } from '#components/ui/field.tsx'
import { Input, NativeSelect, Textarea } from '#components/ui/input.tsx'
import type { EditorFields } from './editor-model.ts'

export type FieldName = FieldPath<EditorFields>

/** A field's id, which errors and fixes find it by. */
export const fieldId = (name: string): string => `field-${name.replaceAll('.', '-')}`

interface Shared {
  name: FieldName
  label: ReactNode
  hint?: ReactNode
  className?: string
}

function useField(name: FieldName, hint: boolean) {
  const { register, formState } = useFormContext<EditorFields>()
  const error = (get(formState.errors, name) as { message?: string } | undefined)?.message
  const id = fieldId(name)
  return {
    error,
    props: {
      ...register(name),
      id,
      'aria-invalid': error ? (true as const) : undefined,
      'aria-describedby': describedBy(id, hint, error !== undefined),
    },
  }
}

type TextFieldProps = Shared & Omit<ComponentProps<'input'>, 'name'> & { mono?: boolean }

export function TextField({ name, label, hint, className, mono, ...input }: TextFieldProps) {
  const { error, props } = useField(name, hint !== undefined)
  return (
    <Field id={props.id} label={label} hint={hint} error={error} className={cn('content-start', className)}>
      <Input autoComplete="off" spellCheck={!mono} className={cn(mono && 'font-mono text-sm')} {...input} {...props} />
    </Field>
  )
}

type AreaFieldProps = Shared & Omit<ComponentProps<'textarea'>, 'name'> & { mono?: boolean }

export function AreaField({ name, label, hint, className, mono, ...area }: AreaFieldProps) {
  const { error, props } = useField(name, hint !== undefined)
  return (
    <Field id={props.id} label={label} hint={hint} error={error} className={cn('content-start', className)}>
      <Textarea spellCheck={!mono} className={cn(mono && 'font-mono text-sm')} {...area} {...props} />
    </Field>
  )
}

export function SelectField({ name, label, hint, className, children }: Shared & { children: ReactNode }) {
  const { error, props } = useField(name, hint !== undefined)
  return (
    <Field id={props.id} label={label} hint={hint} error={error} className={cn('content-start', className)}>
      <NativeSelect {...props}>{children}</NativeSelect>
    </Field>
  )
}

export function CheckField({ name, label, hint, className }: Shared) {
  const { error, props } = useField(name, hint !== undefined)
  return (
    <div className={cn('grid gap-0.5', className)}>
      <Checkbox {...props}>{label}</Checkbox>
      {hint && (
        <p id={`${props.id}-hint`} className="pl-6 text-muted text-sm">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${props.id}-error`} role="alert" className="pl-6 text-bad text-sm">
          {error}
        </p>
      )}
    </div>
  )
}

interface SectionProps {
  id: string
  title: string
  lead?: ReactNode
  action?: ReactNode
  children: ReactNode
}

/** One part of the editor, under a heading that the list of parts leads to. */
export const Section = ({ id, title, lead, action, children }: SectionProps) => (
  <section id={id} aria-labelledby={`${id}-title`} className="grid min-w-0 scroll-mt-28 gap-4 p-4 sm:p-5">
    <header className="grid gap-0.5">
      <div className="flex items-center justify-between gap-4">
        <h2 id={`${id}-title`} className="font-semibold">
          {title}
        </h2>
        {action && <div className="-my-1 shrink-0">{action}</div>}
      </div>
      {lead && <p className="text-muted text-sm">{lead}</p>}
    </header>
    {children}
  </section>
)

/** An error of a whole list, such as too many rows. */
export function ListError({ name }: { name: FieldName }) {
  const { formState } = useFormContext<EditorFields>()
  const found = get(formState.errors, name) as { message?: string; root?: { message?: string } } | undefined
  const message = found?.root?.message ?? found?.message
  if (!message) return null
  return (
    <p role="alert" className="text-bad text-sm">
      {message}
    </p>
  )
}
