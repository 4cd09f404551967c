'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Save, Send } from 'lucide-react'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { FormProvider } from 'react-hook-form'
import { VerdictBadge } from '#components/status/template-badges.tsx'
import { VERSION_STATUS } from '#components/status/template-status.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { Input } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { TabPanel, Tabs } from '#components/ui/tabs.tsx'
import type { AdminTemplateView } from '#server/api/views-templates.ts'
import { dropDraft, useDraft } from '../editor/drafts.ts'
import { Editor } from '../editor/editor.tsx'
import { EditorFooter } from '../editor/editor-footer.tsx'
import { noEnter, useEditor } from '../editor/use-editor.ts'
import { runState } from './checks-model.ts'
import { ChecksTab } from './checks-tab.tsx'
import { ExportTab } from './export-tab.tsx'
import { HistoryTab } from './history-tab.tsx'
import { PublishDialog } from './publish-dialog.tsx'
import { TemplateHeader, TemplateNotices } from './template-header.tsx'
import { TemplateSkeleton } from './template-skeleton.tsx'
import { useDetailTab } from './use-detail-tab.ts'
import { useTemplate } from './use-template.ts'
import { VersionsTab } from './versions-tab.tsx'

/** The version that the address asks for; without one, the newest. */
function useAskedVersion(): number | undefined {
  const asked = Number(useSearchParams().get('version'))
  return Number.isInteger(asked) && asked > 0 ? asked : undefined
}

export function TemplateView({ slug }: { slug: string }) {
  const { data, error, refetch } = useTemplate(slug, useAskedVersion())
  if (error && !data) return <QueryError error={error} retry={refetch} />
  if (!data) return <TemplateSkeleton />
  // Another version is another form.
  return <TemplateEditor key={`${data.slug}:${data.shown}`} view={data} />
}

function TemplateEditor({ view }: { view: AdminTemplateView }) {
  const { form, fix, fixed, forgetFixed, refuse } = useEditor(view.content)
  const [tab, setTab] = useDetailTab()
  const [publishing, setPublishing] = useState(false)
  const panel = useRef<HTMLDivElement>(null)
  const dirty = form.formState.isDirty
  const draft = `${view.slug}:${view.shown}`
  useDraft(draft, view.content.displayName, form, dirty)
  const [note, setNote] = useState('')
  const save = useSave(view, note, () => dropDraft(draft))
  const submit = form.handleSubmit(async (content) => {
    await save.run(content, () => form.reset(form.getValues())).catch(refuse)
  })
  useSaveKey(() => void submit())
  const newest = view.versions[0]?.version ?? view.shown
  const offered = view.status === 'published' ? view.version : null
  const canPublish = view.shownStatus === 'draft' || view.shownStatus === 'deprecated'
  const showChecks = () => {
    setTab('checks')
    panel.current?.scrollIntoView({ block: 'start', behavior: 'smooth' })
  }
  return (
    <div className="-mb-6 grid grid-cols-1 gap-5">
      <TemplateHeader view={view} onChecks={showChecks} />
      <TemplateNotices view={view} />
      <FormProvider {...form}>
        <form onSubmit={submit} onKeyDown={noEnter} noValidate className="grid grid-cols-1 gap-5">
          <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_420px]">
            <Editor digest={view.imageDigest} locked={view.packages} />
            <div ref={panel} className="min-w-0 scroll-mt-16 xl:sticky xl:top-18">
              <Card className="scroll-thin xl:max-h-[calc(100dvh-9.5rem)] xl:overflow-y-auto">
                <Tabs
                  label="About this version"
                  className="sticky top-0 z-10 rounded-t-card bg-surface px-2"
                  value={tab}
                  onChange={setTab}
                  tabs={[
                    { id: 'checks', label: 'Validation' },
                    { id: 'versions', label: 'Versions', count: view.versions.length },
                    { id: 'history', label: 'History' },
                    { id: 'export', label: 'Export' },
                  ]}
                />
                <TabPanel id={tab}>
                  {tab === 'checks' && (
                    <ChecksTab
                      slug={view.slug}
                      version={view.shown}
                      validation={view.validation}
                      canRun={view.shownStatus !== 'withdrawn'}
                      fixed={fixed}
                      onFix={fix}
                    />
                  )}
                  {tab === 'versions' && <VersionsTab view={view} onPublish={() => setPublishing(true)} />}
                  {tab === 'history' && <HistoryTab slug={view.slug} />}
                  {tab === 'export' && <ExportTab slug={view.slug} version={view.shown} />}
                </TabPanel>
              </Card>
            </div>
          </div>
          {save.error && (
            <Notice tone="bad" role="alert" title={pageError(save.error).message}>
              {pageError(save.error).action}
            </Notice>
          )}
          <EditorFooter
            state={
              <>
                {dirty ? (
                  <span className="font-medium text-ink">Unsaved changes</span>
                ) : (
                  <span>{`Version ${view.shown} is ${statusWords(view.shownStatus)}`}</span>
                )}
                <button type="button" onClick={showChecks} className="flex rounded-control xl:hidden">
                  <VerdictBadge verdict={runState(view.validation)} />
                </button>
              </>
            }
          >
            {dirty && (
              <>
                <Input
                  aria-label="Note"
                  placeholder="What changed (optional)"
                  className="h-8 max-sm:basis-full sm:w-56"
                  maxLength={1000}
                  value={note}
                  onChange={(event) => setNote(event.target.value)}
                />
                <Button
                  onClick={() => {
                    form.reset()
                    forgetFixed()
                  }}
                >
                  Discard
                </Button>
              </>
            )}
            <Button
              type="submit"
              tone={dirty ? 'primary' : 'plain'}
              disabled={!dirty && view.shown === newest}
              pending={save.isPending}
              title="Ctrl S"
            >
              <Save /> Save version {newest + 1}
            </Button>
            {canPublish && !dirty && (
              <Button tone="primary" onClick={() => setPublishing(true)}>
                <Send /> Publish
              </Button>
            )}
          </EditorFooter>
        </form>
      </FormProvider>
      <PublishDialog
        slug={view.slug}
        version={view.shown}
        replaces={offered}
        validation={view.validation}
        open={publishing}
        onOpenChange={setPublishing}
      />
    </div>
  )
}

const statusWords = (status: AdminTemplateView['shownStatus']): string =>
  status === 'draft' ? 'a draft' : VERSION_STATUS[status].label.toLowerCase()

function useSave(view: AdminTemplateView, note: string, dropped: () => void) {
  const { admin } = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const save = useMutation(admin.templates.save.mutationOptions())
  const base = view.versions[0]?.version ?? view.shown
  const run = async (content: AdminTemplateView['content'], settled: () => void) => {
    await save.mutateAsync({ slug: view.slug, base, content, note: note.trim() || undefined })
    settled()
    dropped()
    router.replace(`/admin/templates/${view.slug}`, { scroll: false })
    await queryClient.invalidateQueries({ queryKey: admin.templates.pathKey() })
  }
  return { run, error: save.error, isPending: save.isPending }
}

/** Ctrl or Cmd with S saves, as in any editor. */
function useSaveKey(save: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey) || event.altKey) return
    event.preventDefault()
    save()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
}
