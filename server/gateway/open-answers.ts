/** Answers under way, by token: so that a revoked token's streams end (R10). */
import type { ServerResponse } from 'node:http'

export interface OpenAnswers {
  add(tokenId: string, deploymentId: string, res: ServerResponse): void
  tokens(): string[]
  has(deploymentId: string): boolean
  end(condition: (tokenId: string, deploymentId: string) => boolean): void
  readonly count: number
}

export function createOpenAnswers(): OpenAnswers {
  const open = new Map<ServerResponse, { tokenId: string; deploymentId: string }>()
  return {
    add(tokenId, deploymentId, res) {
      open.set(res, { tokenId, deploymentId })
      res.once('close', () => open.delete(res))
    },
    tokens: () => [...new Set([...open.values()].map((entry) => entry.tokenId))],
    has: (deploymentId) => [...open.values()].some((entry) => entry.deploymentId === deploymentId),
    end(condition) {
      for (const [res, { tokenId, deploymentId }] of open) if (condition(tokenId, deploymentId)) res.destroy()
    },
    get count() {
      return open.size
    },
  }
}
