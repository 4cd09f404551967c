'use client'
import { useMutation } from '@tanstack/react-query'
import { useTRPCClient } from '#components/trpc/client.tsx'
import type { TemplateProposal } from '#server/api/views-templates.ts'

/** Where a template is read from. */
export type Source =
  | { kind: 'image'; reference: string }
  | { kind: 'document'; document: string; packageIndex?: number }
  | { kind: 'url'; url: string; packageIndex?: number }
  | { kind: 'upstream'; serverId: string; packageIndex?: number }

/** Asks what a source would be as a template; nothing is saved by it. */
export function useProposal() {
  const client = useTRPCClient()
  return useMutation({
    mutationFn: (source: Source): Promise<TemplateProposal> => {
      const { templates, upstream } = client.admin
      switch (source.kind) {
        case 'image':
          return templates.fromImage.mutate({ reference: source.reference })
        case 'document':
          return templates.fromServerJson.mutate({ document: source.document, packageIndex: source.packageIndex })
        case 'url':
          return templates.fromUrl.mutate({ url: source.url, packageIndex: source.packageIndex })
        case 'upstream':
          return upstream.propose.mutate({ serverId: source.serverId, packageIndex: source.packageIndex })
      }
    },
  })
}

/** The same source, but another of its packages. */
export const withPackage = (source: Source, packageIndex: number): Source =>
  source.kind === 'image' ? source : { ...source, packageIndex }
