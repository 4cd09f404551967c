'use client'
import { KeyRound } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Dialog, DialogContent } from '#components/ui/dialog.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { TabPanel, Tabs } from '#components/ui/tabs.tsx'
import { type ClientId, connectSnippets, TOKEN_PLACEHOLDER } from './snippets.ts'

interface ConnectDialogProps {
  deployment: { endpoint: string; name: string }
  client: ClientId | null
  onClient: (client: ClientId | null) => void
  token: string | null
  pending: boolean
  onCreate: () => void
}

export function ConnectDialog({ deployment, client, onClient, token, pending, onCreate }: ConnectDialogProps) {
  const snippets = connectSnippets({ ...deployment, token })
  const shown = snippets.find((snippet) => snippet.client === client) ?? snippets[0]
  if (!shown) return null
  return (
    <Dialog open={client !== null} onOpenChange={(open) => !open && onClient(null)}>
      <DialogContent title={`Connect an agent to ${deployment.name}`} className="max-w-2xl">
        {token ? (
          <Notice tone="ok" title="Token created, shown only now">
            <div className="mt-1 flex items-center gap-1 rounded-control border bg-surface pr-1 pl-3">
              <code
                data-testid="token"
                className="scroll-thin min-w-0 flex-1 overflow-x-auto whitespace-nowrap py-2 font-mono text-sm"
              >
                {token}
              </code>
              <CopyButton tone="ghost" value={token} label="Copy token" />
            </div>
          </Notice>
        ) : (
          <Notice
            title="Agents need a token"
            action={
              <Button size="sm" tone="primary" pending={pending} onClick={onCreate}>
                <KeyRound /> Create token
              </Button>
            }
          >
            Put yours in the place of <code className="font-mono text-sm">{TOKEN_PLACEHOLDER}</code>, or create one and
            it is filled in.
          </Notice>
        )}
        <div className="grid min-w-0 gap-3">
          <Tabs
            label="Agent"
            value={shown.client}
            onChange={onClient}
            tabs={snippets.map((snippet) => ({ id: snippet.client, label: snippet.label }))}
          />
          <TabPanel id={shown.client} className="grid min-w-0 gap-2">
            <p className="font-mono text-muted text-sm">{shown.where}</p>
            <div className="relative min-w-0">
              <pre
                data-testid="snippet"
                className="scroll-thin max-h-72 overflow-auto rounded-control border bg-sunken p-3 pr-24 font-mono text-sm"
              >
                {shown.text}
              </pre>
              <CopyButton showLabel className="absolute top-2 right-2" value={shown.text} label="Copy" />
            </div>
            {shown.note && <p className="text-muted">{shown.note}</p>}
          </TabPanel>
        </div>
      </DialogContent>
    </Dialog>
  )
}
