'use client'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { OneTimeLinkView } from '#server/api/views.ts'

export const OneTimeLink = ({ link }: { link: OneTimeLinkView }) => (
  <Notice tone="ok" title="Send this link yourself; it is shown only now">
    <div className="mt-1 flex min-w-0 items-center gap-1 rounded-control border bg-surface pr-1 pl-3">
      <code className="scroll-thin min-w-0 flex-1 overflow-x-auto whitespace-nowrap py-2 font-mono text-sm">
        {link.url}
      </code>
      <CopyButton tone="ghost" value={link.url} label="Copy link" />
    </div>
    <p className="mt-1 flex gap-1 text-muted text-sm">
      Works once, expires <RelativeTime at={link.expiresAt} />.
    </p>
  </Notice>
)
