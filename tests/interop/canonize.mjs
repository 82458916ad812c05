// Canonical N-Quads by jsonld and rdf-canonize, one line of JSON in, one out. No network.
// First line in: {url: context document}. Then one credential a line, answered by {canonical}, the
// text of RDFC-1.0, or {error}.
import {createInterface} from 'node:readline';
import jsonld from 'jsonld';
import {offlineLoader} from './loader.mjs';

const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const documentLoader = offlineLoader(JSON.parse((await lines.next()).value));
const options = {
  algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true, documentLoader};

for await (const line of lines) {
  let answer;
  try {
    answer = {canonical: await jsonld.canonize(JSON.parse(line), options)};
  } catch (error) {
    answer = {error: `${error.message} ${JSON.stringify(error.details ?? {})}`};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
