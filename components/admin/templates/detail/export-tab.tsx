'use client'
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { CodeBlock } from '#components/ui/code.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export function ExportTab({ slug, version }: { slug: string; version: number }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.admin.templates.export.queryOptions({ slug, version }))
  if (error && !data)
    return (
      <div className="p-4">
        <QueryError error={error} retry={refetch} />
      </div>
    )
  if (!data) return <Skeleton className="m-4 h-64" />
  const text = JSON.stringify(data.document, null, 2)
  return (
    <div className="grid grid-cols-1 gap-3 p-4">
      <p className="text-muted text-sm">
        Version {version} as an MCP Registry document. Importing it elsewhere gives the same template.
      </p>
      <div className="flex gap-2">
        <CopyButton value={text} label="Copy server.json" showLabel />
        <Button size="sm" onClick={() => download(`${slug}-v${version}.server.json`, text)}>
          <Download /> Download
        </Button>
      </div>
      <CodeBlock label="server.json" className="max-h-[60dvh]">
        {text}
      </CodeBlock>
    </div>
  )
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
