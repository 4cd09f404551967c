'use client'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { pageError } from '#components/trpc/errors.ts'
import { Card } from '#components/ui/card.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { TabPanel, Tabs } from '#components/ui/tabs.tsx'
import { FromImage, FromUrl } from './from-address.tsx'
import { FromDocument } from './from-document.tsx'
import { FromRegistry } from './from-registry.tsx'
import { ProposalEditor } from './proposal-editor.tsx'
import { type Source, useProposal, withPackage } from './use-proposal.ts'

const WAYS = ['image', 'document', 'url', 'registry'] as const
type Way = (typeof WAYS)[number]

const isWay = (text: string | null): text is Way => WAYS.some((way) => way === text)

/** Four ways in, one way on: a proposal in the editor, which nobody has saved yet. */
export function NewView() {
  const asked = useSearchParams().get('from')
  const way = isWay(asked) ? asked : 'image'
  const [source, setSource] = useState<Source | null>(null)
  const proposal = useProposal()
  const propose = (next: Source) => {
    setSource(next)
    proposal.mutate(next)
  }
  if (proposal.data && source)
    return (
      <ProposalEditor
        // Another package of the same document is another form.
        key={proposal.submittedAt}
        proposal={proposal.data}
        upstreamServerId={source.kind === 'upstream' ? source.serverId : undefined}
        choose={(index) => propose(withPackage(source, index))}
        restart={proposal.reset}
      />
    )
  const shared = { propose, pending: proposal.isPending }
  return (
    <div className="grid max-w-3xl grid-cols-1 gap-5">
      <PageHeader title="Add template" lead="Berth reads what it can; you look it over before anything is saved." />
      <Card>
        <Tabs
          label="Where it is described"
          className="px-2"
          value={way}
          onChange={(next) => {
            proposal.reset()
            history.replaceState(null, '', `${location.pathname}?from=${next}`)
          }}
          tabs={[
            { id: 'image', label: 'Image' },
            { id: 'document', label: 'server.json' },
            { id: 'url', label: 'URL' },
            { id: 'registry', label: 'Registry' },
          ]}
        />
        <TabPanel id={way} className="grid grid-cols-1 gap-4 p-4 sm:p-5">
          {way === 'image' && <FromImage {...shared} />}
          {way === 'document' && <FromDocument {...shared} />}
          {way === 'url' && <FromUrl {...shared} />}
          {way === 'registry' && <FromRegistry {...shared} />}
          {proposal.error && (
            <Notice tone="bad" role="alert" title={pageError(proposal.error).message}>
              {pageError(proposal.error).action}
            </Notice>
          )}
        </TabPanel>
      </Card>
    </div>
  )
}
