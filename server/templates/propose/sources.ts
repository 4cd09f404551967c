/**
 * Where a template is read from: an image, a document, an address. Nothing is saved; that somebody asked is in the
 * audit trail, since Berth asks a registry or a web server on their behalf.
 */
import type { TemplateProposal } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import type { RegistryServices } from '#server/registry/index.ts'
import { recordedTx } from '#server/tx.ts'
import { requireAdmin } from '../admin.ts'
import { DOCUMENT_BYTES_MAX, exportServerJson, proposalFromImage } from '../server-json/index.ts'
import { proposeDocument, runnersOf, toProposal } from './proposal.ts'

export type ProposingCtx = UserCtx & { services: Pick<RegistryServices, 'images' | 'ask'> }

/** A person waits in front of it. */
const ASK_TIMEOUT_MS = 20_000

/** @throws IMAGE_NOT_FOUND, IMAGE_PLATFORM_MISSING, REGISTRY_* */
export async function proposeFromImage(ctx: ProposingCtx, input: { reference: string }): Promise<TemplateProposal> {
  requireAdmin(ctx)
  const reference = input.reference.trim()
  await recordAsking(ctx, `image:${reference}`)
  const image = await ctx.services.images.inspect(reference, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) })
  const proposal = proposalFromImage(image)
  const { registryName } = proposal
  // The document carries the name that the image gives itself, so that a registry's word about it reaches the template.
  const serverJson =
    registryName === null
      ? null
      : exportServerJson({ ...proposal, registryName, version: 1, serverJson: null, runners: runnersOf(ctx) })
  return toProposal(ctx, { ...proposal, serverJson, choices: [] })
}

/** @throws IMPORT_REFUSED */
export async function proposeFromServerJson(
  ctx: UserCtx,
  input: { document: Record<string, unknown> | string; packageIndex?: number | undefined },
): Promise<TemplateProposal> {
  requireAdmin(ctx)
  await recordAsking(ctx, 'document')
  const { document, packageIndex } = input
  return proposeDocument(ctx, { document: typeof document === 'string' ? parse(document) : document, packageIndex })
}

/** @throws IMPORT_REFUSED, REGISTRY_REFUSED for an address that may not be asked, REGISTRY_UNAVAILABLE */
export async function proposeFromUrl(
  ctx: ProposingCtx,
  input: { url: string; packageIndex?: number | undefined },
): Promise<TemplateProposal> {
  requireAdmin(ctx)
  const url = rawOf(new URL(input.url))
  // Without its query, which may hold a token.
  await recordAsking(ctx, `url:${url.origin}${url.pathname}`)
  const answer = await ctx.services.ask(url, {
    headers: { accept: 'application/json' },
    timeoutMs: ASK_TIMEOUT_MS,
    bodyBytesMax: DOCUMENT_BYTES_MAX,
  })
  if (!answer.ok)
    throw new BerthError('IMPORT_REFUSED', `${url.host} answered ${answer.status}.`, {
      field: 'url',
      action: 'Check the address: it must give the JSON document itself.',
    })
  const document = parse(await answer.text())
  return proposeDocument(ctx, { document, packageIndex: input.packageIndex, stranger: true })
}

const recordAsking = (ctx: UserCtx, resource: string): Promise<void> =>
  recordedTx(ctx, null, (_, record) => record.audit('template.propose', resource.slice(0, 600)))

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new BerthError('IMPORT_REFUSED', 'This is not JSON.', { field: 'document' })
  }
}

/** People paste the address of GitHub's page about a file; the file itself is elsewhere. */
function rawOf(url: URL): URL {
  const [, owner, repository, blob, ...rest] = url.pathname.split('/')
  if (url.hostname !== 'github.com' || blob !== 'blob' || rest.length < 2) return url
  return new URL(`https://raw.githubusercontent.com/${owner}/${repository}/${rest.join('/')}`)
}
