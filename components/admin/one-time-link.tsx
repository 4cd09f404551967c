'use client'
import { CodeLine } from '#components/ui/code.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { OneTimeLinkView } from '#server/api/views.ts'

export const OneTimeLink = ({ link }: { link: OneTimeLinkView }) => (
  <Notice tone="ok" title="Send this link yourself; it is shown only now">
    <CodeLine value={link.url} label="Copy link" className="mt-1 bg-surface" />
    <p className="mt-1 flex gap-1 text-muted text-sm">
      Works once, expires <RelativeTime at={link.expiresAt} />.
    </p>
  </Notice>
)
