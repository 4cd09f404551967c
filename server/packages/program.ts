/** What runs in the container of an installed package. */
import type { PackageLock } from '#db/template-content.ts'
import { PACKAGE_DIR } from './names.ts'

export function programCommand(lock: PackageLock, args: string[]): { cmd: string[]; env: Record<string, string> } {
  if (lock.registryType === 'npm') return { cmd: ['node', `${PACKAGE_DIR}/${lock.program}`, ...args], env: {} }
  return {
    cmd: ['python3', `${PACKAGE_DIR}/bin/${lock.program}`, ...args],
    // The volume is read-only, so compiled files could not be kept.
    env: { PYTHONPATH: PACKAGE_DIR, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
  }
}
