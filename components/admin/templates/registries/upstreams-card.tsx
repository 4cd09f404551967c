'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Radio } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError, withWords } from '#components/trpc/errors.ts'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { Dialog, DialogContent, DialogFooter } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { plural } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { UpstreamRegistryView } from '#server/api/views-templates.ts'
import { UpstreamSync } from './upstream-sync.tsx'

/** Registries that speak the MCP Registry API; Berth keeps a copy of what they list. */
export function UpstreamsCard() {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.admin.upstream.list.queryOptions())
  const [adding, setAdding] = useState(false)
  return (
    <Card aria-labelledby="upstreams-title">
      <header className="flex flex-wrap items-center justify-between gap-3 border-b px-4 py-3">
        <div>
          <h2 id="upstreams-title" className="font-semibold">
            MCP registries
          </h2>
          <p className="text-muted text-sm">
            Copied to search and import from; a server that is removed there warns on every running copy.
          </p>
        </div>
        <Button size="sm" onClick={() => setAdding(true)}>
          <Plus /> Add a registry
        </Button>
      </header>
      {error ? (
        <div className="p-4">
          <QueryError error={error} retry={refetch} />
        </div>
      ) : !data ? (
        <Skeleton className="m-4 h-16" />
      ) : data.length === 0 ? (
        <p className="px-4 py-6 text-muted">None is followed yet.</p>
      ) : (
        <ul className="divide-y">
          {data.map((registry) => (
            <UpstreamRow key={registry.id} registry={registry} />
          ))}
        </ul>
      )}
      <Dialog open={adding} onOpenChange={setAdding}>
        <DialogContent title="Add a registry" description="It must speak the MCP Registry API.">
          <UpstreamForm close={() => setAdding(false)} />
        </DialogContent>
      </Dialog>
    </Card>
  )
}

function UpstreamRow({ registry }: { registry: UpstreamRegistryView }) {
  const { admin } = useTRPC()
  const queryClient = useQueryClient()
  const remove = useMutation(admin.upstream.remove.mutationOptions())
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
      <Radio className="size-4 shrink-0 text-muted" aria-hidden />
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex min-w-0 items-baseline gap-2">
          <span className="truncate font-medium">{registry.name}</span>
          <span className="whitespace-nowrap text-muted text-sm">{plural(registry.servers, 'server')}</span>
        </p>
        <p className="truncate font-mono text-muted text-sm">{registry.url}</p>
      </div>
      <UpstreamSync registry={registry} />
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
          Its copy of {plural(registry.servers, 'server')} goes. Templates that were imported from it stay, but hear of
          no removal any more.
        </p>
      </Confirm>
    </li>
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
