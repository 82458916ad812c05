// Shows credentials to @digitalcredentials/verifier-core. It brings a loader of its own, so fetch is
// replaced: every document comes on standard input, and what is not among them is not found.
// In: {documents: {url: document}, credentials: {name: credential}}
// Out: {verdicts: {name: {errors, log: {step: true, false or the name of an error}}}, missing: [url]}
import {readFileSync} from 'node:fs';

const input = JSON.parse(readFileSync(0, 'utf8'));
const missing = new Set();

globalThis.fetch = async asked => {
  const url = String(asked?.url ?? asked).split('#')[0];
  const document = input.documents[url];
  if (!document) {
    missing.add(url);
  }
  return new Response(JSON.stringify(document ?? {}), {
    status: document ? 200 : 404, headers: {'content-type': 'application/json'}});
};
const {verifyCredential} = await import('@digitalcredentials/verifier-core');

const verdicts = {};
for (const [name, credential] of Object.entries(input.credentials)) {
  const found = await verifyCredential({credential, knownDIDRegistries: []});
  verdicts[name] = {
    errors: (found.errors ?? []).map(error => error.name),
    log: Object.fromEntries(
      (found.log ?? []).map(step => [step.id, step.error ? step.error.name : step.valid])),
  };
}
process.stdout.write(JSON.stringify({verdicts, missing: [...missing]}));
