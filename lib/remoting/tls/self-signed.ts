import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'

const KEY_BITS = 2048
const COMMON_NAME = 'localhost'
const DAY_MS = 86_400_000
const VALID_DAYS = 36_500

/**
 * A new key and a certificate signed with it, PEM. Nobody can check who shows it: it hides traffic from readers only.
 * Apache: netty's SelfSignedCertificate, in test mode
 */
export async function selfSigned(nowMs: number): Promise<{ key: string; cert: string }> {
  // Loaded here, since few servers ever need it.
  const { default: forge } = await import('node-forge')
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey)
  certificate.serialNumber = '01'
  certificate.validity.notBefore.setTime(nowMs - DAY_MS)
  certificate.validity.notAfter.setTime(nowMs + VALID_DAYS * DAY_MS)
  const name = [{ name: 'commonName', value: COMMON_NAME }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create())
  return { key: privateKey, cert: forge.pki.certificateToPem(certificate) }
}
