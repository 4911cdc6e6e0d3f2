import { describe, expect, it } from 'vitest';

import { createModels, modelOf } from '../../models/index.ts';
import { parseXmlPlain } from './parse-xml-plain.ts';

const models = createModels();

async function ec2(operation: string) {
  const service = await models.load('ec2');
  return service && modelOf(service, operation, 'ec2');
}

const RUN = `<?xml version="1.0" encoding="UTF-8"?>
<RunInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
  <requestId>59dbff89</requestId>
  <reservationId>r-1</reservationId>
  <ownerId>123456789012</ownerId>
  <groupSet/>
  <instancesSet>
    <item>
      <instanceId>i-1</instanceId>
      <instanceState><code>0</code><name>pending</name></instanceState>
      <launchTime>2026-01-02T03:04:05.000Z</launchTime>
      <ebsOptimized>false</ebsOptimized>
      <tagSet><item><key>Name</key><value>true</value></item></tagSet>
    </item>
  </instancesSet>
</RunInstancesResponse>`;

describe('parseXmlPlain', () => {
  it('keeps wire names and makes lists of items, typed by the model', async () => {
    expect(parseXmlPlain(Buffer.from(RUN), { model: await ec2('RunInstances') })).toEqual({
      requestId: '59dbff89',
      reservationId: 'r-1',
      ownerId: '123456789012',
      groupSet: {},
      instancesSet: {
        items: [
          {
            instanceId: 'i-1',
            instanceState: { code: 0, name: 'pending' },
            launchTime: new Date('2026-01-02T03:04:05Z'),
            ebsOptimized: false,
            tagSet: { items: [{ key: 'Name', value: 'true' }] },
          },
        ],
      },
    });
  });

  it('does without a model, all leaves text', () => {
    const read = parseXmlPlain(Buffer.from(RUN));
    expect(read).toMatchObject({
      groupSet: '',
      instancesSet: { items: [{ ebsOptimized: 'false', tagSet: { items: [{ key: 'Name' }] } }] },
    });
  });

  it('calls return _return', async () => {
    const body = Buffer.from('<R><requestId>1</requestId><return>true</return></R>');
    expect(parseXmlPlain(body, { model: await ec2('DeleteSecurityGroup') })).toEqual({
      requestId: '1',
      _return: true,
    });
  });

  it('hides what the model calls sensitive', async () => {
    const body = Buffer.from('<R><keyName>k</keyName><keyMaterial>-----BEGIN</keyMaterial></R>');
    expect(parseXmlPlain(body, { model: await ec2('CreateKeyPair'), hidden: 'HIDDEN' })).toEqual({
      keyName: 'k',
      keyMaterial: 'HIDDEN',
    });
  });

  it('says nothing about what is no XML, and never throws', () => {
    for (const text of [
      '',
      'x',
      '{"a":1}',
      '<',
      '<a>text</a>',
      '<!DOCTYPE a [<!ENTITY x "y">]><a><b>&x;</b></a>',
      `${'<a>'.repeat(999)}`,
    ]) {
      expect(parseXmlPlain(Buffer.from(text))).toBeUndefined();
    }
  });
});
