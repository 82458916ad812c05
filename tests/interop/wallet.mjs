// A wallet made of @openid4vc/openid4vci: takes what is offered, in every form.
// Input: {"offer": link, "digits": "123456", "binding": "did" | "jwk", "alg": "ES256" | "EdDSA", "did": null | text}
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { clientAuthenticationAnonymous, HashAlgorithm } from '@openid4vc/oauth2'
import { Openid4vciClient, setGlobalConfig } from '@openid4vc/openid4vci'

setGlobalConfig({ allowInsecureUrls: true }) // The site under test runs on this machine.
const given = JSON.parse(readFileSync(0, 'utf8'))
const pair =
  given.alg === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = pair.publicKey.export({ format: 'jwk' })
const encoded = (value) => Buffer.from(value).toString('base64url')
const did = `did:jwk:${encoded(JSON.stringify(jwk))}`

const signJwt = (_signer, { header, payload }) => {
  const data = `${encoded(JSON.stringify(header))}.${encoded(JSON.stringify(payload))}`
  const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }
  const hash = given.alg === 'EdDSA' ? null : 'sha256'
  return { jwt: `${data}.${encoded(sign(hash, Buffer.from(data), key))}`, signerJwk: jwk }
}
const unused = () => { throw new Error('not needed here') }
const client = new Openid4vciClient({
  callbacks: {
    fetch,
    signJwt,
    hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
    generateRandom: (count) => randomBytes(count),
    clientAuthentication: clientAuthenticationAnonymous(),
    verifyJwt: unused,
    decryptJwe: unused,
    encryptJwe: unused,
    getX509CertificateMetadata: unused,
  },
})

const offer = await client.resolveCredentialOffer(given.offer)
const metadata = await client.resolveIssuerMetadata(offer.credential_issuer)
const { accessTokenResponse } = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
  credentialOffer: offer,
  issuerMetadata: metadata,
  txCode: given.digits,
})
const taken = {}
for (const id of offer.credential_configuration_ids) {
  const { c_nonce } = await client.requestNonce({ issuerMetadata: metadata })
  const signer =
    given.binding === 'jwk'
      ? { method: 'jwk', alg: given.alg, publicJwk: jwk }
      : { method: 'did', alg: given.alg, didUrl: `${did}#0` }
  const { jwt } = await client.createCredentialRequestJwtProof({
    issuerMetadata: metadata,
    credentialConfigurationId: id,
    nonce: c_nonce,
    signer,
  })
  const answer = await client.retrieveCredentials({
    issuerMetadata: metadata,
    accessToken: accessTokenResponse.access_token,
    credentialConfigurationId: id,
    proofs: { jwt: [jwt] },
  })
  taken[id] = answer.credentialResponse.credentials.map((each) => each.credential)
}
console.log(JSON.stringify({ taken, did, version: metadata.originalDraftVersion }))
