// Runs one npm after the other, in a throw-away container: only where an admin allowed install scripts.
import { spawnSync } from 'node:child_process'

for (const args of JSON.parse(process.argv[2])) {
  const { status, error } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (error) console.error(String(error))
  if (status !== 0) process.exit(status || 1)
}
