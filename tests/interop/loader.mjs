// A document loader that knows what it was given, and has no network.
const MULTIKEY = 'https://w3id.org/security/multikey/v1';

export function offlineLoader(documents, statusList) {
  const known = new Map(Object.entries(documents));
  for (const document of [...known.values()]) {
    for (const method of document.verificationMethod ?? []) {
      known.set(method.id, {'@context': MULTIKEY, ...method});
    }
  }
  if (statusList) {
    known.set(statusList.id, statusList);
  }
  return async url => {
    const document = known.get(url);
    if (!document) {
      throw new Error(`not given to this offline loader: ${url}`);
    }
    return {contextUrl: null, documentUrl: url, document};
  };
}
