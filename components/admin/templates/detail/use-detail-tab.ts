'use client'
import { useSearchParams } from 'next/navigation'

export const DETAIL_TABS = ['checks', 'versions', 'history', 'export'] as const
export type DetailTab = (typeof DETAIL_TABS)[number]

/** The tab is part of the address, beside the version that is shown. */
export function useDetailTab(): [DetailTab, (tab: DetailTab) => void] {
  const params = useSearchParams()
  const tab = DETAIL_TABS.find((each) => each === params.get('tab')) ?? 'checks'
  const show = (next: DetailTab) => {
    const wanted = new URLSearchParams(location.search)
    wanted.set('tab', next)
    history.replaceState(null, '', `${location.pathname}?${wanted}`)
  }
  return [tab, show]
}
