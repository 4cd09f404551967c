'use client'
import { useSearchParams } from 'next/navigation'
import { ConnectPanel } from '#components/connect/connect-panel.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Card } from '#components/ui/card.tsx'
import { TabPanel, Tabs } from '#components/ui/tabs.tsx'
import { DeploymentHeader } from './deployment-header.tsx'
import { DeploymentSkeleton } from './deployment-skeleton.tsx'
import { FailureBanner } from './failure-banner.tsx'
import { firstTab, TABS, type Tab } from './first-tab.ts'
import { LogsTab } from './logs-tab.tsx'
import { PlacementTab } from './placement-tab.tsx'
import { SettingsTab } from './settings-tab.tsx'
import { StepsColumn } from './steps-column.tsx'
import { TemplateWarnings } from './template-warnings.tsx'
import { TimelineTab } from './timeline-tab.tsx'
import { ToolsTab } from './tools-tab.tsx'
import { useDeployment } from './use-deployment.ts'

/** Nothing of it runs any more, so nothing is to be warned of. */
const GONE = new Set<string>(['deleting', 'deleted'])

export function DeploymentView({ deploymentId }: { deploymentId: string }) {
  const { view, events, progress } = useDeployment(deploymentId)
  const [tab, setTab] = useTab(firstTab(progress?.failed ?? null))
  if (view.isError) return <QueryError error={view.error} retry={view.refetch} />
  if (!view.data || !progress) return <DeploymentSkeleton />
  const deployment = view.data
  return (
    <div className="grid grid-cols-1 gap-5">
      <DeploymentHeader deployment={deployment} state={progress.state} />
      {!GONE.has(progress.state) && <TemplateWarnings deployment={deployment} />}
      <FailureBanner deployment={deployment} progress={progress} />
      <ConnectPanel deployment={deployment} state={progress.state} />
      <div className="grid items-start gap-5 lg:grid-cols-[320px_minmax(0,1fr)]">
        <StepsColumn progress={progress} />
        <Card>
          <Tabs
            label="About this deployment"
            className="px-2"
            value={tab}
            onChange={setTab}
            tabs={[
              { id: 'tools', label: 'Tools', count: deployment.tools?.length },
              { id: 'logs', label: 'Logs' },
              { id: 'timeline', label: 'Timeline' },
              { id: 'why', label: 'Why here' },
              { id: 'settings', label: 'Settings' },
            ]}
          />
          <TabPanel id={tab}>
            {tab === 'tools' && <ToolsTab deployment={deployment} state={progress.state} />}
            {tab === 'logs' && <LogsTab key={deploymentId} deploymentId={deploymentId} failed={progress.failed} />}
            {tab === 'timeline' && <TimelineTab events={events} />}
            {tab === 'why' && <PlacementTab deploymentId={deploymentId} />}
            {tab === 'settings' && <SettingsTab deployment={deployment} state={progress.state} />}
          </TabPanel>
        </Card>
      </div>
    </div>
  )
}

/** The tab is part of the address, so that a link or a reload opens the same one. */
function useTab(fallback: Tab): [Tab, (tab: Tab) => void] {
  const params = useSearchParams()
  const asked = TABS.find((tab) => tab === params.get('tab'))
  return [asked ?? fallback, (tab) => history.replaceState(null, '', `${location.pathname}?tab=${tab}`)]
}
