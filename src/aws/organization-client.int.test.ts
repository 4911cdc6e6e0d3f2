import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  EnableAWSServiceAccessCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startMoto } from '../../test/kit/moto.ts';
import { missingTool, needing } from '../../test/kit/tools.ts';
import { createOrganizationClient } from './organization-client.ts';

const missing = missingTool('moto_server');
const MANAGEMENT = '123456789012';

describe.skipIf(missing !== undefined)(needing('another Organizations', missing), () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let sdk: OrganizationsClient;
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
  const open = (endpoint: string) =>
    createOrganizationClient({ endpoint, region: 'us-east-1', credentials, timeout: 10_000 });

  beforeAll(async () => {
    moto = await startMoto();
    sdk = new OrganizationsClient({ endpoint: moto.url, region: 'us-east-1', credentials });
  }, 60_000);
  afterAll(async () => {
    sdk.destroy();
    await moto.stop();
  });

  it('is followed: its accounts and its trust', async () => {
    const organizations = open(moto.url);
    expect(await organizations.all()).toEqual([]);
    expect(await organizations.of(MANAGEMENT)).toBeUndefined();
    const { Organization } = await sdk.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
    // More than a page has.
    const members: string[] = [];
    for (let n = 0; n < 22; n++) {
      const made = await sdk.send(
        new CreateAccountCommand({ AccountName: `a${n}`, Email: `a${n}@example.com` }),
      );
      members.push(made.CreateAccountStatus?.AccountId ?? '');
    }
    const [member = ''] = members;
    const found = {
      id: Organization?.Id,
      managementAccount: MANAGEMENT,
      allFeatures: true,
      trustsCloudTrail: false,
      administrators: [],
    };
    const before = await organizations.of(member);
    expect(before).toMatchObject(found);
    expect(before?.accounts.toSorted()).toEqual([MANAGEMENT, ...members].toSorted());
    expect(await organizations.of('999999999999')).toBeUndefined();
    await sdk.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: 'cloudtrail.amazonaws.com' }));
    expect(await organizations.all()).toMatchObject([{ ...found, trustsCloudTrail: true }]);
    // This one knows no administrators of CloudTrail, and says so in its own words.
    await expect(
      organizations.registerAdministrator({ managementAccount: MANAGEMENT, account: member }),
    ).rejects.toMatchObject({ code: 'InvalidInputException' });
  });

  it('that nobody serves is said to be so', async () => {
    await expect(open('http://127.0.0.1:9').all()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });
});
