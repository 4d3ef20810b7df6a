import { generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'

/** A key and its certificate, PEM. */
export interface Identity {
  readonly key: string
  readonly cert: string
}

/** How an identity differs from one that is valid for a year from now on. */
interface IdentityOptions {
  readonly password?: string
  /** Its year was the one before. */
  readonly isExpired?: boolean
}

/** An identity called `name`, signed by `issuer` or by itself. */
export function makeIdentity(
  name: string,
  issuer?: Identity,
  { password, isExpired }: IdentityOptions = {},
): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  )
  certificate.serialNumber = '02'
  const { notBefore, notAfter } = certificate.validity
  if (isExpired) notBefore.setFullYear(notBefore.getFullYear() - 1, notBefore.getMonth(), 1)
  notAfter.setTime(notBefore.getTime())
  if (isExpired) notAfter.setDate(notAfter.getDate() + 20)
  else notAfter.setFullYear(notBefore.getFullYear() + 1)
  certificate.setSubject(nameOf(name))
  const issuerCertificate =
    issuer === undefined ? certificate : forge.pki.certificateFromPem(issuer.cert)
  certificate.setIssuer(issuerCertificate.subject.attributes)
  certificate.setExtensions([{ name: 'basicConstraints', cA: issuer === undefined }])
  certificate.sign(forge.pki.privateKeyFromPem(issuer?.key ?? pem), forge.md.sha256.create())
  const key =
    password === undefined
      ? pem
      : privateKey
          .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: password })
          .toString()
  return { key, cert: forge.pki.certificateToPem(certificate) }
}

function nameOf(name: string): forge.pki.CertificateField[] {
  return [{ name: 'commonName', value: name }]
}
