'use client'
import { KeyRound } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { CodeBlock, CodeLine } from '#components/ui/code.tsx'
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
            <CodeLine data-testid="token" value={token} label="Copy token" className="mt-1 bg-surface" />
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
            <div className="flex items-center justify-between gap-3">
              <p className="font-mono text-muted text-sm">{shown.where}</p>
              <CopyButton showLabel value={shown.text} label="Copy" />
            </div>
            <CodeBlock
              data-testid="snippet"
              label={shown.where}
              className="max-h-72 whitespace-pre-wrap [overflow-wrap:anywhere]"
            >
              {shown.text}
            </CodeBlock>
            {shown.note && <p className="text-muted">{shown.note}</p>}
          </TabPanel>
        </div>
      </DialogContent>
    </Dialog>
  )
}
