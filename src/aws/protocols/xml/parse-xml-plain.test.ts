import { describe, expect, it } from 'vitest';

import { parseXmlPlain } from './parse-xml-plain.ts';

const RUN = `<?xml version="1.0" encoding="UTF-8"?>
<RunInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
  <requestId>59dbff89</requestId>
  <groupSet/>
  <instancesSet>
    <item>
      <instanceId>i-1</instanceId>
      <instanceState><code>0</code><name>pending</name></instanceState>
      <tagSet><item><key>Name</key><value>true</value></item><item><key>b</key><value> </value></item></tagSet>
    </item>
  </instancesSet>
</RunInstancesResponse>`;

function read(text: string) {
  return parseXmlPlain(Buffer.from(text));
}

describe('parseXmlPlain', () => {
  it('keeps wire names and makes lists of items, one or many', () => {
    expect(read(RUN)).toEqual({
      requestId: '59dbff89',
      groupSet: '',
      instancesSet: {
        items: [
          {
            instanceId: 'i-1',
            instanceState: { code: '0', name: 'pending' },
            tagSet: {
              items: [
                { key: 'Name', value: 'true' },
                { key: 'b', value: ' ' },
              ],
            },
          },
        ],
      },
    });
  });

  it('makes lists of other repeated elements', () => {
    expect(read('<C><Rule><ID>1</ID></Rule><Rule><ID>2</ID></Rule></C>')).toEqual({
      Rule: { items: [{ ID: '1' }, { ID: '2' }] },
    });
  });

  it('calls return _return', () => {
    expect(read('<R><requestId>1</requestId><return>true</return></R>')).toEqual({
      requestId: '1',
      _return: 'true',
    });
  });

  it('says nothing about what is no XML, and never throws', () => {
    const entity = '<!DOCTYPE a [<!ENTITY x "y">]><a><b>&x;</b></a>';
    for (const text of [
      '',
      'x',
      '{"a":1}',
      '<',
      '<a>text</a>',
      entity,
      '<a>'.repeat(999),
      '<a><__proto__><b>1</b></__proto__></a>',
    ]) {
      expect(read(text)).toBeUndefined();
    }
  });
});
