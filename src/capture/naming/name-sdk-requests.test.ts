import { describe, expect, it } from 'vitest';

import { createModels } from '../../aws/models/index.ts';
import { openSdk, sampleInput } from '../../aws/protocols/testing/sdk-requests.ts';
import { createNamer } from './index.ts';

const models = createModels();
const namer = createNamer({ models, defaultRegion: 'us-east-1' });

/** Puts the value of a member in front of the host, which not every value can stand. */
const ODD_HOST = new Set(['WriteGetObjectResponse']);
/** All operations where paths decide; of the others every twelfth. */
const WHOLE = new Set(['rest-json', 'rest-xml']);

describe('requests of the official clients are named as what was called', () => {
  for (const known of models.packages()) {
    it(`${known.specifier}`, async () => {
      const service = await models.load(known.signingName);
      const loaded = (await import(known.specifier)) as Readonly<Record<string, unknown>>;
      const operations =
        service?.packages.find((one) => one.package.apiVersion === known.apiVersion)?.operations ?? new Map();
      const send = openSdk(loaded);
      const step = WHOLE.has(known.protocol) ? 1 : 12;
      for (const [index, [name, model]] of [...operations].entries()) {
        if (index % step !== 0 || ODD_HOST.has(name)) continue;
        const request = await send(name, sampleInput(model, 1));
        const bodyStart = namer.needsBodyStart(request) ? request.body?.subarray(0, 4096) : undefined;
        const call = namer.name({ ...request, bodyStart });
        expect(call, name).toMatchObject({ service: known.signingName, operation: name });
        if (call.auth === 'header') expect(call.region).toBe('eu-west-1');
      }
    }, 30_000);
  }
});
