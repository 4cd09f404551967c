/** What the scripts print: progress on one line each, problems as one sentence with what to do. */

export const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')

const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text)
export const bold = (text) => paint(1, text)
export const dim = (text) => paint(2, text)
export const red = (text) => paint(31, text)
export const green = (text) => paint(32, text)
export const yellow = (text) => paint(33, text)

export const say = (line) => process.stdout.write(`${line}\n`)

/** A problem that its reader can solve: printed as one sentence, no stack. */
export class Problem extends Error {}

/** Runs one phase and prints how long it took. */
export async function phase(name, work) {
  const started = performance.now()
  const result = await work()
  say(`  ${name.padEnd(28)} ${dim(`${((performance.now() - started) / 1000).toFixed(1)} s`)}`)
  return result
}

/** Turns what the system said into the sentence that helps. */
export function explain(text, fallback) {
  if (/ENOSPC|No space left/i.test(text)) return 'The disk is full: free at least 2 GB and start again.'
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network/i.test(text))
    return 'The npm registry is not reachable: check the network (the first start needs it) and start again.'
  if (/EACCES|EPERM/i.test(text))
    return "A file here can't be written: make this folder yours (chown), then start again."
  return fallback
}
