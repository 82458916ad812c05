// Signs a credential with @digitalbazaar/vc, by a key made for it.
// In: {documents: {url: document}, unsigned, controller, now}
// Out: {credential, publicKeyMultibase}
import {readFileSync} from 'node:fs';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {offlineLoader} from './loader.mjs';

const input = JSON.parse(readFileSync(0, 'utf8'));
const key = await Ed25519Multikey.generate({controller: input.controller});
const {publicKeyMultibase} = await key.export({publicKey: true});
key.id = `${input.controller}#${publicKeyMultibase}`;
const credential = await vc.issue({
  credential: input.unsigned,
  suite: new DataIntegrityProof({signer: key.signer(), cryptosuite}),
  documentLoader: offlineLoader(input.documents),
  now: new Date(input.now),
});
process.stdout.write(JSON.stringify({credential, publicKeyMultibase}));
