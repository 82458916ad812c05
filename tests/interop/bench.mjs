// Issues and verifies the same credentials with @digitalbazaar/vc, as often as it is asked to.
// First line in: {documents, unsigned: {name: credential}, method, controller, now}
// Then lines "issue NAME N" or "verify NAME N"; each is answered by the milliseconds of CPU it took.
import {createInterface} from 'node:readline';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {offlineLoader} from './loader.mjs';

const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const input = JSON.parse((await lines.next()).value);
const now = new Date(input.now);
const key = await Ed25519Multikey.generate({id: input.method, controller: input.controller});
const did = input.documents[input.controller];
const exported = await key.export({publicKey: true, includeContext: false});
did.verificationMethod = [{...exported, id: input.method, controller: input.controller}];
const documentLoader = offlineLoader(input.documents);
const signing = new DataIntegrityProof({signer: key.signer(), cryptosuite});
const verifying = new DataIntegrityProof({cryptosuite});

const issue = name => vc.issue({
  credential: structuredClone(input.unsigned[name]), suite: signing, documentLoader, now});
const signed = {};
for (const name of Object.keys(input.unsigned)) {
  signed[name] = await issue(name);
}

async function verify(name) {
  const result = await vc.verifyCredential({
    credential: structuredClone(signed[name]), suite: verifying, documentLoader, now,
    checkStatus: async () => ({verified: true})});
  if (!result.verified) {
    throw result.error;
  }
}

for await (const line of lines) {
  const [verb, name, times] = line.split(' ');
  const work = {issue, verify}[verb];
  const before = process.cpuUsage();
  for (let i = 0; i < Number(times); i++) {
    await work(name);
  }
  const spent = process.cpuUsage(before);
  process.stdout.write(`${(spent.user + spent.system) / 1000}\n`);
}
