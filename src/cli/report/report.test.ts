import { describe, expect, it } from 'vitest';

import { readAuditRecord } from './audit-record.ts';
import { lineOf } from './csv-file.ts';
import { reportDocument } from './pdf/document.ts';
import { pdfOf } from './pdf/write-pdf.ts';
import { addRecord, newTally } from './tally.ts';

const record = (given: Record<string, unknown>) =>
  readAuditRecord(
    JSON.stringify({
      eventTime: '2026-12-01T10:00:00Z',
      eventID: 'id',
      eventSource: 'iam.amazonaws.com',
      eventName: 'CreateUser',
      readOnly: false,
      recipientAccountId: '123456789012',
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/ann' },
      ...given,
    }),
  );

describe('an audit report', () => {
  it('counts calls, changes, errors and refusals of each identity', () => {
    const tally = newTally();
    addRecord(tally, record({}));
    addRecord(tally, record({ errorCode: 'AccessDenied', eventTime: '2026-12-02T10:00:00Z' }));
    addRecord(tally, record({ eventName: 'ListUsers', readOnly: true }));
    addRecord(tally, record({ userIdentity: { type: 'AWSService', invokedBy: 'config.amazonaws.com' } }));
    expect(tally).toMatchObject({ calls: 4, changes: 3, errors: 1, denied: 1 });
    expect(tally.identities.get('arn:aws:iam::123456789012:user/ann')).toMatchObject({
      calls: 3,
      changes: 2,
      denied: 1,
      first: '2026-12-01T10:00:00Z',
      last: '2026-12-02T10:00:00Z',
    });
    expect([...tally.identities.keys()]).toContain('config.amazonaws.com');
    expect(tally.notable.iam.count).toBe(3);
  });

  it('looks at few proofs, spread over however many events', () => {
    const tally = newTally();
    for (let n = 0; n < 10_000; n++) addRecord(tally, record({ eventID: String(n) }));
    const numbers = tally.sample.map(Number);
    expect(tally.sample).toHaveLength(25);
    expect(Math.max(...numbers)).toBeGreaterThan(8000);
    expect(new Set(numbers).size).toBe(25);
  });

  it('has no formula in its CSV, whoever wrote the text', () => {
    expect(lineOf(['=1+1', '+x', '-y', '@z', 'a"b', 'plain', 7, undefined])).toBe(
      '\'=1+1,\'+x,\'-y,\'@z,"a""b",plain,7,\r\n',
    );
  });

  it('is set as a PDF whatever records hold, and says what is missing', async () => {
    const tally = newTally();
    addRecord(tally, record({ userAgent: '\u0000\u202e', userIdentity: { arn: 'x'.repeat(5000) } }));
    addRecord(tally, readAuditRecord('{"userIdentity":null,"resources":{},"eventTime":7}'));
    const nothing = { missing: 'the server has none' };
    const pdf = await pdfOf(
      reportDocument({
        from: 1_764_547_200,
        to: 1_796_083_200,
        account: undefined,
        madeAt: 1_796_083_200_000,
        madeBy: 'me',
        endpoint: 'http://127.0.0.1',
        version: '1',
        source: 'the event history',
        tally,
        coverage: nothing,
        proofs: nothing,
        findings: nothing,
        files: [],
      }),
    );
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(10_000);
  });
});
