import { describe, expect, it } from 'vitest';

import { createCloudTrailTable } from '../../../../test/kit/cloudtrail-table.ts';
import { hiveText } from './hive-type.ts';
import { parseDdl } from './parse-ddl.ts';

const location = 's3://logs/AWSLogs/123456789012/CloudTrail/us-east-1';

describe('statements other than SELECT', () => {
  it('read the documented table with projected partitions', () => {
    const sql = createCloudTrailTable({
      name: 'audit.`logs`',
      location,
      partitionedBy: 'PARTITIONED BY (`timestamp` string)',
      properties: `TBLPROPERTIES ('projection.enabled'='true', 'projection.timestamp.type'='date',
        'storage.location.template'='${location}/\${timestamp}');`,
    });
    const parsed = parseDdl(sql);
    expect(parsed).toMatchObject({
      kind: 'CREATE_TABLE',
      name: { database: 'audit', name: 'logs' },
      ifNotExists: false,
      definition: {
        location: `${location}/`,
        partitionedBy: [{ name: 'timestamp', type: { kind: 'plain', name: 'string' } }],
        properties: { 'projection.timestamp.type': 'date' },
      },
    });
    if (parsed?.kind !== 'CREATE_TABLE') throw new TypeError('no table');
    const { columns } = parsed.definition;
    expect(columns).toHaveLength(29);
    expect(hiveText(columns[15]!.type)).toBe('array<struct<arn:string,accountid:string,type:string>>');
    expect(hiveText(columns[1]!.type)).toContain(
      'webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>',
    );
  });

  it('read partitions, repairs, drops, shows and views', () => {
    expect(
      parseDdl(`ALTER TABLE t ADD IF NOT EXISTS PARTITION (region='us-east-1', year=2026) LOCATION 's3://b/x/'
        PARTITION (region='eu-west-1', year='2026')`),
    ).toEqual({
      kind: 'ALTER_TABLE_ADD_PARTITION',
      name: { database: undefined, name: 't' },
      ifNotExists: true,
      partitions: [
        {
          spec: [
            { name: 'region', value: 'us-east-1' },
            { name: 'year', value: '2026' },
          ],
          location: 's3://b/x/',
        },
        {
          spec: [
            { name: 'region', value: 'eu-west-1' },
            { name: 'year', value: '2026' },
          ],
          location: undefined,
        },
      ],
    });
    expect(parseDdl('msck repair table a.t;')).toMatchObject({ kind: 'MSCK_REPAIR_TABLE' });
    expect(parseDdl('DROP TABLE IF EXISTS t')).toMatchObject({ kind: 'DROP_TABLE', ifExists: true });
    expect(parseDdl("SHOW TABLES IN audit 'cloud*'")).toMatchObject({ database: 'audit', pattern: 'cloud*' });
    expect(parseDdl('CREATE OR REPLACE VIEW v AS -- why\nSELECT 1 ;')).toMatchObject({
      kind: 'CREATE_VIEW',
      orReplace: true,
      select: 'SELECT 1',
    });
  });

  it('leave queries to the engine', () => {
    for (const sql of ['select 1', '-- a\nWITH a AS (SELECT 1) SELECT * FROM a', '(SELECT 1)', 'VALUES 1'])
      expect(parseDdl(sql)).toBeUndefined();
  });

  it('are refused with the place of what is wrong', () => {
    const message = (sql: string) => {
      try {
        parseDdl(sql);
      } catch (error) {
        return (error as Error).message;
      }
      return undefined;
    };
    expect(message('DROP TABLE\n  42')).toBe("line 2:3: expected a name, found '42'");
    expect(message('CREATE TABLE t AS SELECT 1')).toBe('Opentrail does not support CREATE TABLE AS.');
    expect(message('INSERT INTO t VALUES 1')).toBe('Opentrail does not support INSERT statements.');
    expect(message('DROP TABLE t; DROP TABLE u')).toContain("expected the end of the statement, found ';'");
    expect(message(createCloudTrailTable({ name: 't', location: 'https://x' }))).toContain(
      's3://BUCKET/PREFIX/',
    );
    expect(message('')).toContain('empty');
  });
});
