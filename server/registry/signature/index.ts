export { type SignatureVerdict, signerText } from './verdict.ts'
export { verifyImage } from './verify.ts'
