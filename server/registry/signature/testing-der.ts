/** Just enough DER to make certificates as Fulcio does. */
import { createHash, type KeyObject, sign } from 'node:crypto'

const tlv = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  const bytes = body.length.toString(16)
  const length = Buffer.from(bytes.padStart(bytes.length + (bytes.length % 2), '0'), 'hex')
  const head = body.length < 128 ? Buffer.from([tag, body.length]) : Buffer.from([tag, 0x80 | length.length, ...length])
  return Buffer.concat([head, body])
}
const sequence = (...parts: Buffer[]) => tlv(0x30, ...parts)
const octets = (...parts: Buffer[]) => tlv(0x04, ...parts)
const utf8 = (text: string) => tlv(0x0c, Buffer.from(text))
const integer = (value: number) => tlv(0x02, Buffer.from([value]))
const YES = Buffer.from([0x01, 0x01, 0xff])

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const groups = [part & 0x7f]
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return tlv(0x06, Buffer.from(bytes))
}

const time = (at: Date) => tlv(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d+/g, '')))
const name = (text: string) => sequence(tlv(0x31, sequence(oid('2.5.4.3'), utf8(text))))
const extension = (id: string, value: Buffer, critical = false) =>
  sequence(oid(id), ...(critical ? [YES] : []), octets(value))

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))
export const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
const keyIdentifier = (key: KeyObject) => createHash('sha1').update(spki(key)).digest()
const uint = (value: bigint | number, bytes: number) => Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex')

export interface Issuer {
  name: string
  publicKey: KeyObject
  privateKey: KeyObject
}

interface Validity {
  from: Date
  until: Date
}

function certificate(issuer: Issuer, subject: string, key: KeyObject, valid: Validity, extensions: Buffer[]) {
  const tbs = sequence(
    tlv(0xa0, integer(2)),
    integer(7),
    ECDSA_SHA256,
    name(issuer.name),
    sequence(time(valid.from), time(valid.until)),
    name(subject),
    spki(key),
    tlv(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', tbs, issuer.privateKey)
  return { tbs, der: sequence(tbs, ECDSA_SHA256, tlv(0x03, Buffer.from([0]), signature)) }
}

export function authorityCertificate(issuer: Issuer, valid: Validity): Buffer {
  return certificate(issuer, issuer.name, issuer.publicKey, valid, [
    extension('2.5.29.19', sequence(YES), true),
    extension('2.5.29.15', tlv(0x03, Buffer.from([1, 0x06])), true),
    extension('2.5.29.14', octets(keyIdentifier(issuer.publicKey))),
  ]).der
}

export interface LeafRequest extends Validity {
  key: KeyObject
  /** A URI, as a workflow has. */
  identity: string
  openIdIssuer: string
  /** Whose signed timestamp goes into the certificate; null leaves it out. */
  ctLog: Issuer | null
}

/** A code-signing certificate with Fulcio's issuer extension and the receipt of a certificate log. */
export function leafCertificate(issuer: Issuer, o: LeafRequest): Buffer {
  const extensions = [
    extension('2.5.29.15', tlv(0x03, Buffer.from([7, 0x80])), true),
    extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.3'))),
    extension('2.5.29.35', sequence(tlv(0x80, keyIdentifier(issuer.publicKey)))),
    extension('2.5.29.17', sequence(tlv(0x86, Buffer.from(o.identity))), true),
    extension('1.3.6.1.4.1.57264.1.8', utf8(o.openIdIssuer)),
  ]
  if (o.ctLog) {
    const { tbs } = certificate(issuer, '', o.key, o, extensions)
    const list = signedTimestamp(o.ctLog, issuer, tbs, o.from)
    extensions.push(extension('1.3.6.1.4.1.11129.2.4.2', octets(list)))
  }
  return certificate(issuer, '', o.key, o, extensions).der
}

/** RFC 6962, section 3.2: what the log signs over a certificate that is about to be made. */
function signedTimestamp(log: Issuer, issuer: Issuer, tbs: Buffer, at: Date): Buffer {
  const timestamp = uint(at.getTime(), 8)
  const issuerHash = createHash('sha256').update(spki(issuer.publicKey)).digest()
  const noExtensions = uint(0, 2)
  const signed = Buffer.concat([
    Buffer.from([0, 0]),
    timestamp,
    uint(1, 2),
    issuerHash,
    uint(tbs.length, 3),
    tbs,
    noExtensions,
  ])
  const signature = sign('sha256', signed, log.privateKey)
  const logId = createHash('sha256').update(spki(log.publicKey)).digest()
  const sct = Buffer.concat([
    Buffer.from([0]),
    logId,
    timestamp,
    noExtensions,
    Buffer.from([4, 3]),
    uint(signature.length, 2),
    signature,
  ])
  return Buffer.concat([uint(sct.length + 2, 2), uint(sct.length, 2), sct])
}
