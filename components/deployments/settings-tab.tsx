'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { FormProvider, useForm } from 'react-hook-form'
import { VariableFields } from '#components/marketplace/variable-fields.tsx'
import { filledIn, initialValues, keptFields, type VariableValues } from '#components/marketplace/variable-model.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError, withWords } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Dialog, DialogFooter, SheetContent } from '#components/ui/dialog.tsx'
import { formatBytes, formatCpu } from '#components/ui/format.ts'
import { Notice } from '#components/ui/notice.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { DeploymentState } from '#db/schema/states.ts'
import type { DeploymentView } from '#server/api/views.ts'
import type { TemplateView } from '#server/api/views-templates.ts'
import { actsFor, canRedeploy } from './actions-model.ts'
import { ActDialog } from './deployment-actions.tsx'

interface SettingsTabProps {
  deployment: DeploymentView
  state: DeploymentState
}

export function SettingsTab({ deployment, state }: SettingsTabProps) {
  const trpc = useTRPC()
  const template = useQuery(trpc.templates.get.queryOptions({ slug: deployment.template.slug })).data
  return (
    <div className="divide-y">
      <Section title="Container">
        <Facts deployment={deployment} />
      </Section>
      <Section title="Variables">
        <Variables deployment={deployment} state={state} template={template} />
      </Section>
      <Section title="Tokens">
        <Tokens deployment={deployment} />
      </Section>
      <DangerZone deployment={deployment} state={state} />
    </div>
  )
}

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="grid gap-3 p-4">
    <h3 className="font-medium">{title}</h3>
    {children}
  </section>
)

function Facts({ deployment }: { deployment: DeploymentView }) {
  const { image, imageDigest, transport, resources, deploymentId } = deployment
  const rows: [string, ReactNode, string?][] = [
    ['Image', <code key="image">{image}</code>, image],
    ['Digest', imageDigest ? <code key="digest">{imageDigest}</code> : 'not pulled yet', imageDigest ?? undefined],
    [
      'Transport',
      transport.type === 'stdio'
        ? 'stdio, bridged to Streamable HTTP'
        : `${transport.type === 'sse' ? 'HTTP+SSE' : 'Streamable HTTP'} on port ${transport.port}`,
    ],
    ['Limits', `${formatBytes(resources.memoryBytes)} memory, ${formatCpu(resources.cpuMillis)}`],
    ['Id', <code key="id">{deploymentId}</code>, deploymentId],
  ]
  return (
    <dl className="grid gap-1">
      {rows.map(([name, value, copy]) => (
        <div key={name} className="grid min-h-8 grid-cols-[5rem_minmax(0,1fr)] items-center gap-3">
          <dt className="text-muted">{name}</dt>
          <dd className="flex items-center justify-between gap-3 [&_code]:font-mono [&_code]:text-sm [overflow-wrap:anywhere]">
            {value}
            {copy && <CopyButton tone="ghost" value={copy} label={`Copy ${name.toLowerCase()}`} />}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Variables({ deployment, state, template }: SettingsTabProps & { template: TemplateView | undefined }) {
  const [open, setOpen] = useState(false)
  if (!template) return null
  if (template.variables.length === 0) return <p className="text-muted">This server takes no variables.</p>
  return (
    <>
      <ul className="grid gap-1">
        {template.variables.map((variable) => (
          <li key={variable.name} className="flex min-h-7 flex-wrap items-baseline gap-x-3">
            <code className="font-mono text-sm [overflow-wrap:anywhere]">{variable.name}</code>
            <span className="text-muted text-sm">
              {variable.isSecret ? 'secret, never shown' : 'encrypted, not shown'}
            </span>
          </li>
        ))}
      </ul>
      {canRedeploy(state, deployment.warnings) && (
        <Button className="justify-self-start" onClick={() => setOpen(true)}>
          Change and redeploy
        </Button>
      )}
      <Dialog open={open} onOpenChange={setOpen}>
        <SheetContent
          title="Change variables"
          description="An empty field keeps the value that is stored. The deployment is redeployed; the old container serves until the new one is healthy."
        >
          <ChangeForm deployment={deployment} template={template} close={() => setOpen(false)} />
        </SheetContent>
      </Dialog>
    </>
  )
}

function ChangeForm({
  deployment,
  template,
  close,
}: {
  deployment: DeploymentView
  template: TemplateView
  close: () => void
}) {
  const trpc = useTRPC()
  const redeploy = useMutation(trpc.deployments.redeploy.mutationOptions())
  const [fields] = useState(() => keptFields(template.variables))
  const form = useForm<VariableValues>({ defaultValues: initialValues(fields) })
  const submit = form.handleSubmit(async (values) => {
    await redeploy
      .mutateAsync({ deploymentId: deployment.deploymentId, variables: filledIn(fields, values).variables })
      .then(close, () => undefined)
  })
  return (
    <FormProvider {...form}>
      <form onSubmit={submit} className="grid grid-cols-1 gap-5" noValidate autoComplete="off">
        <VariableFields fields={fields} />
        {redeploy.error && (
          <Notice tone="bad" role="alert" title={pageError(redeploy.error).message}>
            {pageError(redeploy.error).action}
          </Notice>
        )}
        <DialogFooter>
          <Button onClick={close}>Cancel</Button>
          <Button tone="primary" type="submit" pending={redeploy.isPending}>
            Redeploy
          </Button>
        </DialogFooter>
      </form>
    </FormProvider>
  )
}

function Tokens({ deployment }: { deployment: DeploymentView }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const revoke = useMutation(trpc.deployments.revokeToken.mutationOptions())
  const { deploymentId, tokens } = deployment
  if (tokens.length === 0)
    return (
      <p className="text-muted">
        {deployment.endpoint ? 'No tokens yet. Create one beside the endpoint.' : 'No tokens.'}
      </p>
    )
  return (
    <ul className="divide-y rounded-control border">
      {tokens.map((token) => (
        <li key={token.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
          <KeyRound className="size-4 text-muted" aria-hidden />
          <code className="font-mono text-sm">{token.prefix}…</code>
          <span className="flex gap-1 text-muted text-sm">
            made <RelativeTime at={token.createdAt} />
          </span>
          <span className="flex gap-1 text-muted text-sm">
            {token.lastUsedAt ? (
              <>
                used <RelativeTime at={token.lastUsedAt} />
              </>
            ) : (
              'never used'
            )}
          </span>
          <Confirm
            trigger={
              <Button size="sm" tone="danger-plain" className="ml-auto">
                Revoke
              </Button>
            }
            title="Revoke this token?"
            confirm="Revoke"
            danger
            onConfirm={async () => {
              await revoke.mutateAsync({ deploymentId, tokenId: token.id }).catch(withWords)
              await queryClient.invalidateQueries({ queryKey: trpc.deployments.get.queryKey({ deploymentId }) })
            }}
          >
            <p>
              Agents that use <code className="font-mono text-sm">{token.prefix}…</code> lose access at once. Other
              tokens go on working.
            </p>
          </Confirm>
        </li>
      ))}
    </ul>
  )
}

function DangerZone({ deployment, state }: SettingsTabProps) {
  const [asking, setAsking] = useState(false)
  if (!actsFor(state).includes('delete')) return null
  return (
    <section className="flex flex-wrap items-center justify-between gap-3 p-4">
      <div>
        <h3 className="font-medium">Delete this deployment</h3>
        <p className="text-muted">Removes the container and all its data.</p>
      </div>
      <Button tone="danger-plain" onClick={() => setAsking(true)}>
        Delete
      </Button>
      <ActDialog deployment={deployment} state={state} act={asking ? 'delete' : null} close={() => setAsking(false)} />
    </section>
  )
}
