import { parseReference } from '#server/registry/reference.ts'

/** `registry/repository` without tag and digest, as Docker reads it; null for what is no image. */
export function repositoryOf(image: string): string | null {
  const parsed = parseImage(image)
  return parsed.ok ? `${parsed.reference.registry}/${parsed.reference.repository}` : null
}

export function parseImage(
  image: string,
): { ok: true; reference: ReturnType<typeof parseReference> } | { ok: false; reason: string } {
  try {
    return { ok: true, reference: parseReference(image) }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : 'This is not an image reference.' }
  }
}
