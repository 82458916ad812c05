// Shows credentials to @digitalbazaar/vc. Nothing is fetched: every document comes on standard input.
// In: {documents: {url: document}, statusList, credentials: {name: credential}, now}
// Out: {name: {verified, revoked, error}}
import {readFileSync} from 'node:fs';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import * as vc from '@digitalbazaar/vc';
import {offlineLoader} from './loader.mjs';

const input = JSON.parse(readFileSync(0, 'utf8'));
const documentLoader = offlineLoader(input.documents, input.statusList);
const suite = new DataIntegrityProof({cryptosuite});

async function verdict(credential) {
  const result = await vc.verifyCredential({
    credential, suite, documentLoader, now: new Date(input.now),
    checkStatus: options => checkStatus({
      ...options, verifyBitstringStatusListCredential: true, verifyMatchingIssuers: true}),
  });
  return {
    verified: result.verified,
    // A revoked credential is "verified" to this library; its status stands apart.
    revoked: (result.statusResult?.results ?? []).some(each => each.status === true),
    error: describe(result),
  };
}

function describe(result) {
  const errors = [result.error, ...(result.error?.errors ?? []), result.statusResult?.error];
  return errors.filter(Boolean).map(error => error.message).join('; ');
}

const verdicts = {};
for (const [name, credential] of Object.entries(input.credentials)) {
  verdicts[name] = await verdict(credential);
}
process.stdout.write(JSON.stringify(verdicts));
