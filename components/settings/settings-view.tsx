'use client'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { PageHeader } from '#components/ui/page-header.tsx'
import { TabPanel, Tabs } from '#components/ui/tabs.tsx'
import { ApiTokens } from './api-tokens.tsx'
import { CloudAccount } from './cloud-account.tsx'
import { Placement } from './placement.tsx'
import { Profile } from './profile.tsx'
import { Sessions } from './sessions.tsx'
import { useAskBeforeLeaving } from './unsaved.ts'

const TABS = [
  { id: 'profile', label: 'Profile' },
  { id: 'cloud', label: 'Cloud account' },
  { id: 'placement', label: 'Placement' },
  { id: 'tokens', label: 'API tokens' },
  { id: 'sessions', label: 'Sessions' },
] as const

export function SettingsView() {
  const asked = useSearchParams().get('tab')
  const tab = TABS.find(({ id }) => id === asked)?.id ?? 'profile'
  const [unsaved, setUnsaved] = useState(false)
  const mayLeave = useAskBeforeLeaving(unsaved)
  return (
    <div className="grid max-w-3xl grid-cols-1 gap-5">
      <PageHeader title="Settings" />
      <Tabs
        label="Settings"
        tabs={TABS}
        value={tab}
        // On a phone in two rows: one that scrolls would end without a sign of what follows.
        className="max-sm:flex-wrap"
        onChange={(next) => {
          if (next !== tab && mayLeave()) history.replaceState(null, '', `${location.pathname}?tab=${next}`)
        }}
      />
      <TabPanel id={tab}>
        {tab === 'profile' && <Profile />}
        {tab === 'cloud' && <CloudAccount />}
        {tab === 'placement' && <Placement onUnsaved={setUnsaved} />}
        {tab === 'tokens' && <ApiTokens />}
        {tab === 'sessions' && <Sessions />}
      </TabPanel>
    </div>
  )
}
