'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Radio } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError, withWords } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { Dialog, DialogContent, DialogFooter } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { plural } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { UpstreamRegistryView } from '#server/api/views-templates.ts'
import { ListCard, ListRow } from './list-card.tsx'
import { UpstreamSync } from './upstream-sync.tsx'

/** Registries that speak the MCP Registry API; Berth keeps a copy of what they list. */
export function UpstreamsCard() {
  const trpc = useTRPC()
  const list = useQuery(trpc.admin.upstream.list.queryOptions())
  const [adding, setAdding] = useState(false)
  return (
    <ListCard
      title="MCP registries"
      lead="Copied to search and import from; a server that is removed there warns on every running copy."
      action={
        <Button size="sm" onClick={() => setAdding(true)}>
          <Plus /> Add a registry
        </Button>
      }
      query={list}
      none="None is followed yet."
      row={(registry) => <UpstreamRow key={registry.id} registry={registry} />}
    >
      <Dialog open={adding} onOpenChange={setAdding}>
        <DialogContent title="Add a registry" description="It must speak the MCP Registry API.">
          <UpstreamForm close={() => setAdding(false)} />
        </DialogContent>
      </Dialog>
    </ListCard>
  )
}

function UpstreamRow({ registry }: { registry: UpstreamRegistryView }) {
  const { admin } = useTRPC()
  const queryClient = useQueryClient()
  const remove = useMutation(admin.upstream.remove.mutationOptions())
  return (
    <ListRow
      icon={Radio}
      acts={
        <UpstreamSync registry={registry}>
          <Confirm
            trigger={
              <Button size="sm" tone="danger-plain">
                Remove
              </Button>
            }
            title={`Stop following ${registry.name}?`}
            confirm="Remove"
            danger
            onConfirm={async () => {
              await remove.mutateAsync({ registryId: registry.id }).catch(withWords)
              await queryClient.invalidateQueries({ queryKey: admin.upstream.pathKey() })
            }}
          >
            <p>
              Its copy of {plural(registry.servers, 'server')} goes. Templates that were imported from it stay, but hear
              of no removal any more.
            </p>
          </Confirm>
        </UpstreamSync>
      }
    >
      <p className="flex min-w-0 items-baseline gap-2">
        <span className="truncate font-medium" title={registry.name}>
          {registry.name}
        </span>
        <span className="whitespace-nowrap text-muted text-sm">{plural(registry.servers, 'server')}</span>
      </p>
      <p className="truncate font-mono text-muted text-sm" title={registry.url}>
        {registry.url}
      </p>
    </ListRow>
  )
}

function UpstreamForm({ close }: { close: () => void }) {
  const { admin } = useTRPC()
  const queryClient = useQueryClient()
  const add = useMutation(admin.upstream.add.mutationOptions())
  const [name, setName] = useState('')
  const [url, setUrl] = useState('https://registry.modelcontextprotocol.io')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    await add.mutateAsync({ name: name.trim(), url: url.trim() }).then(close, () => undefined)
    void queryClient.invalidateQueries({ queryKey: admin.upstream.pathKey() })
  }
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      <Field id="upstream-name" label="Name">
        <Input
          id="upstream-name"
          placeholder="MCP Registry"
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field id="upstream-url" label="URL" hint="Without /v0.1/servers.">
        <Input
          id="upstream-url"
          type="url"
          className="font-mono text-sm"
          aria-describedby="upstream-url-hint"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
        />
      </Field>
      {add.error && (
        <Notice tone="bad" role="alert" title={pageError(add.error).message}>
          {pageError(add.error).action}
        </Notice>
      )}
      <DialogFooter>
        <Button onClick={close}>Cancel</Button>
        <Button tone="primary" type="submit" pending={add.isPending} disabled={name.trim() === '' || url.trim() === ''}>
          Add
        </Button>
      </DialogFooter>
    </form>
  )
}
