/**
 * Preloaded into every container process of the `process` driver. It does the three things that a kernel does for a
 * real container: end it together with its host (file descriptor 3 is a pipe that closes when the local cloud dies, even
 * by `kill -9`), keep its ports off the machine's network (every server listens on 127.0.0.1), and let the folders above
 * its own be plain folders without showing what is in them.
 */
import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function listenOnLoopback(...args) {
  const [first] = args
  if (typeof first === 'object' && first !== null) {
    if (first.port !== undefined) args[0] = { ...first, host: '127.0.0.1' }
  } else if (typeof first === 'number' || /^\d+$/.test(String(first))) {
    const hostGiven = typeof args[1] === 'string' || args[1] === undefined || args[1] === null
    args.splice(1, args.length > 1 && hostGiven ? 1 : 0, '127.0.0.1')
  }
  return listen.apply(this, args)
}

/** npm looks at every folder on the way to its own; `--permission` would have to open them whole to allow that. */
const ownFolders = [process.env.HOME ?? '', ...process.argv].filter((text) => path.isAbsolute(text))
const lstat = fs.lstat
fs.lstat = async function lstatAlsoAbove(file, ...rest) {
  try {
    return await lstat.call(this, file, ...rest)
  } catch (error) {
    const above = `${path.resolve(String(file))}/`.replace('//', '/')
    if (error.code !== 'ERR_ACCESS_DENIED' || !ownFolders.some((own) => own.startsWith(above))) throw error
    return await lstat.call(this, process.env.HOME, ...rest)
  }
}

const KILLED = 137
const lifeline = new net.Socket({ fd: 3, readable: true, writable: false })
lifeline.on('error', () => process.exit(KILLED))
lifeline.on('close', () => process.exit(KILLED))
lifeline.resume()
lifeline.unref()
