'use client'
import { type ReactNode, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import type { Source } from './use-proposal.ts'

export interface WayProps {
  propose: (source: Source) => void
  pending: boolean
}

export const FromImage = ({ propose, pending }: WayProps) => (
  <AddressForm
    id="image-reference"
    label="Image reference"
    placeholder="docker.io/acme/weather-mcp:1.2.0"
    hint="Berth asks its registry for the image’s config and labels: ports, variables, user, command, names and links. For a private registry, store its credentials first."
    pending={pending}
    submit={(reference) => propose({ kind: 'image', reference })}
  />
)

export const FromUrl = ({ propose, pending }: WayProps) => (
  <AddressForm
    id="document-url"
    type="url"
    label="URL of a server.json"
    placeholder="https://raw.githubusercontent.com/acme/weather-mcp/main/server.json"
    hint="Every dated version of the MCP Registry’s format is understood."
    pending={pending}
    submit={(url) => propose({ kind: 'url', url })}
  />
)

interface AddressFormProps {
  id: string
  type?: 'url'
  label: string
  placeholder: string
  hint: ReactNode
  pending: boolean
  submit: (text: string) => void
}

/** One line, and Enter goes on at once. */
function AddressForm({ id, type, label, placeholder, hint, pending, submit }: AddressFormProps) {
  const [text, setText] = useState('')
  const trimmed = text.trim()
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (trimmed) submit(trimmed)
      }}
    >
      <Field id={id} label={label} hint={hint}>
        <div className="flex gap-2 max-sm:flex-col">
          <Input
            id={id}
            type={type ?? 'text'}
            autoFocus
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            className="font-mono text-sm"
            placeholder={placeholder}
            aria-describedby={`${id}-hint`}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Button type="submit" tone="primary" className="h-9" pending={pending} disabled={trimmed === ''}>
            Read it
          </Button>
        </div>
      </Field>
    </form>
  )
}
