'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowLeft, Save } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { FormProvider } from 'react-hook-form'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { describedBy, Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import type { TemplateProposal } from '#server/api/views-templates.ts'
import { Editor } from '../editor/editor.tsx'
import { EditorFooter } from '../editor/editor-footer.tsx'
import { noEnter, useEditor } from '../editor/use-editor.ts'
import { firstTarget, freshSlug, slugWrong, type Target, targetWords } from './proposal-model.ts'
import { Existing, PackageChoice, ProposalNotes } from './proposal-notes.tsx'

interface ProposalEditorProps {
  proposal: TemplateProposal
  /** The entry of a registry that it was read from. */
  upstreamServerId?: string | undefined
  choose: (packageIndex: number) => void
  restart: () => void
}

/** What was read, in the editor; nothing is saved until the person does. */
export function ProposalEditor({ proposal, upstreamServerId, choose, restart }: ProposalEditorProps) {
  const { form, refuse } = useEditor(proposal.content)
  const [target, setTarget] = useState<Target>(firstTarget(proposal))
  const [slug, setSlug] = useState(freshSlug(proposal))
  const save = useSaveProposal(proposal, target, slug, upstreamServerId)
  const wrong = target === 'new' ? slugWrong(slug) : undefined
  const submit = form.handleSubmit(async (content) => {
    if (!wrong) await save.run(content).catch(refuse)
  })
  useAskBeforeClosing(!save.isSuccess)
  const taken = save.error && pageError(save.error).field === 'slug' ? pageError(save.error).message : undefined
  return (
    <div className="-mb-6 grid grid-cols-1 gap-5">
      <PageHeader title={`Add ${proposal.content.displayName}`} lead="Look it over; nothing is saved yet.">
        <Button onClick={restart}>
          <ArrowLeft /> Start over
        </Button>
      </PageHeader>
      <FormProvider {...form}>
        <form onSubmit={submit} onKeyDown={noEnter} noValidate className="grid grid-cols-1 gap-5">
          <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_420px]">
            <Editor />
            <Card className="divide-y max-xl:order-first xl:sticky xl:top-18 scroll-thin xl:max-h-[calc(100dvh-9.5rem)] xl:overflow-y-auto">
              {proposal.existing && <Existing existing={proposal.existing} target={target} onTarget={setTarget} />}
              {target === 'new' && (
                <Field
                  id="slug"
                  label="Address"
                  hint={`In the marketplace: /marketplace/${slug || '…'}. It never changes.`}
                  error={wrong ?? taken}
                  className="p-4"
                >
                  <Input
                    id="slug"
                    spellCheck={false}
                    autoComplete="off"
                    className="font-mono text-sm"
                    aria-describedby={describedBy('slug', true, Boolean(wrong ?? taken))}
                    aria-invalid={wrong || taken ? true : undefined}
                    value={slug}
                    onChange={(event) => setSlug(event.target.value)}
                  />
                </Field>
              )}
              <ProposalNotes notes={proposal.notes} />
              {proposal.choices.length > 0 && <PackageChoice choices={proposal.choices} choose={choose} />}
            </Card>
          </div>
          {save.error && (
            <Notice tone="bad" role="alert" title={pageError(save.error).message}>
              {pageError(save.error).action}
            </Notice>
          )}
          <EditorFooter state="Saved as a draft: its checks run at once, and nobody else sees it.">
            <Button type="submit" tone="primary" pending={save.isPending || save.isSuccess}>
              <Save /> {targetWords(target, proposal)}
            </Button>
          </EditorFooter>
        </form>
      </FormProvider>
    </div>
  )
}

function useSaveProposal(
  proposal: TemplateProposal,
  target: Target,
  slug: string,
  upstreamServerId: string | undefined,
) {
  const { admin } = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const create = useMutation(admin.templates.create.mutationOptions())
  const save = useMutation(admin.templates.save.mutationOptions())
  const { existing } = proposal
  const version = target === 'version' && existing !== null
  const run = async (content: TemplateProposal['content']) => {
    const what = { content, serverJson: proposal.serverJson ?? undefined, upstreamServerId }
    if (version) await save.mutateAsync({ ...what, slug: existing.slug, base: existing.version })
    else await create.mutateAsync({ ...what, slug })
    void queryClient.invalidateQueries({ queryKey: admin.templates.pathKey() })
    router.push(`/admin/templates/${version ? existing.slug : slug}`)
  }
  const used = version ? save : create
  return { run, error: used.error, isPending: used.isPending, isSuccess: used.isSuccess }
}

function useAskBeforeClosing(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [unsaved])
}
