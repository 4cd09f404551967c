export type { SignaturePolicy } from './trust.ts'
export { type SignatureVerdict, type Signer, signerText } from './verdict.ts'
export { type ImageToVerify, verifyImage } from './verify.ts'
