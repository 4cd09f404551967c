'use client'
import { FileUp } from 'lucide-react'
import { type DragEvent, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { Field } from '#components/ui/field.tsx'
import { Textarea } from '#components/ui/input.tsx'
import type { WayProps } from './from-address.tsx'

/** As the server takes it. */
const DOCUMENT_BYTES_MAX = 512 * 1024

/** Pasted, dropped, or picked from the disk. */
export function FromDocument({ propose, pending }: WayProps) {
  const [text, setText] = useState('')
  const [over, setOver] = useState(false)
  const [error, setError] = useState<string>()
  const picker = useRef<HTMLInputElement>(null)
  const submit = (document: string) => {
    const wrong = whatIsWrong(document)
    setError(wrong)
    if (!wrong) propose({ kind: 'document', document })
  }
  const read = async (file: File | undefined) => {
    if (!file) return
    if (file.size > DOCUMENT_BYTES_MAX) return setError('This file is larger than 512 KB.')
    const document = await file.text()
    setText(document)
    submit(document)
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void read(event.dataTransfer.files[0])
  }
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        submit(text)
      }}
    >
      <Field
        id="document"
        label="server.json"
        hint="Paste it, drop the file here, or choose it. Every dated version of the MCP Registry’s format is understood."
        error={error}
      >
        <Textarea
          id="document"
          autoFocus
          spellCheck={false}
          className={cn('field-sizing-fixed h-72 font-mono text-sm', over && 'border-accent bg-accent-soft')}
          placeholder='{ "name": "io.github.acme/weather", "version": "1.2.0", "packages": […] }'
          aria-describedby={error ? 'document-hint document-error' : 'document-hint'}
          aria-invalid={error ? true : undefined}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onDragOver={(event) => {
            event.preventDefault()
            setOver(true)
          }}
          onDragLeave={() => setOver(false)}
          onDrop={onDrop}
        />
      </Field>
      <div className="flex flex-wrap justify-between gap-2">
        <input
          ref={picker}
          type="file"
          accept="application/json,.json"
          className="sr-only"
          tabIndex={-1}
          aria-label="server.json file"
          onChange={(event) => void read(event.target.files?.[0])}
        />
        <Button onClick={() => picker.current?.click()}>
          <FileUp /> Choose a file
        </Button>
        <Button type="submit" tone="primary" pending={pending} disabled={text.trim() === ''}>
          Read it
        </Button>
      </div>
    </form>
  )
}

/** What no server needs to be asked for. */
function whatIsWrong(document: string): string | undefined {
  if (new Blob([document]).size > DOCUMENT_BYTES_MAX) return 'This text is larger than 512 KB.'
  try {
    JSON.parse(document)
    return undefined
  } catch (error) {
    return `This is no JSON: ${error instanceof Error ? error.message : 'it can not be read'}.`
  }
}
