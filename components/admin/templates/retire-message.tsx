'use client'
import { useId } from 'react'
import { Field } from '#components/ui/field.tsx'
import { Textarea } from '#components/ui/input.tsx'

/** As the server takes it. */
const MESSAGE_LENGTH_MAX = 1000

interface RetireMessageProps {
  /** Whose people read it: one version, or several templates. */
  of: 'it' | 'them'
  value: string
  onChange: (message: string) => void
}

/** What deprecating and withdrawing may say to those who run what is retired. */
export function RetireMessage({ of, value, onChange }: RetireMessageProps) {
  const id = useId()
  return (
    <Field id={id} label={`Message to whoever runs ${of}`} hint="Optional: why, and what to use instead.">
      <Textarea
        id={id}
        aria-describedby={`${id}-hint`}
        value={value}
        maxLength={MESSAGE_LENGTH_MAX}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  )
}
