/** Runs a program with an argument array (never a shell line) and waits for its end. */
import { spawn } from 'node:child_process'
import { PROGRAM_ENV } from './requirements.ts'

/** Far above what any of these commands takes; a hung one must not hang the local cloud. */
const DEADLINE_MS = 30_000

export class CommandError extends Error {
  readonly stderr: string
  constructor(message: string, stderr: string) {
    super(message)
    this.stderr = stderr
  }
}

/**
 * @returns what it printed
 * @throws CommandError with its last words when it ends with another code than 0
 */
export function run(
  program: string,
  args: string[],
  options: { input?: string; deadlineMs?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: PROGRAM_ENV,
      timeout: options.deadlineMs ?? DEADLINE_MS,
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input ?? '')
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(stdout)
      const how = signal ? `was ended by ${signal}` : `ended with ${code}`
      const words = stderr.trim()
      reject(new CommandError(`${program} ${args.slice(0, 6).join(' ')} ${how}${words ? `: ${words}` : ''}`, words))
    })
  })
}
