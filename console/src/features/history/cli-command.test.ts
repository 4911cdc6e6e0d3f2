import { describe, expect, it } from 'vitest';

import { cliCommands, type CliContext } from './cli-command.ts';
import { EMPTY_QUERY, type Condition, type HistoryQuery } from '../../events/query.ts';

const context: CliContext = {
  span: { from: 1_767_323_045, to: 1_767_326_645 },
  own: { account: '123456789012', region: 'us-east-1' },
  everywhere: true,
};

describe('cliCommands', () => {
  it('gives the AWS command for one attribute of one account and region', () => {
    const commands = cliCommands(
      query(
        equals('EventName', 'DeleteTable'),
        equals('AwsRegion', 'eu-west-1'),
        equals('RecipientAccountId', '123456789012'),
      ),
      context,
    );
    expect(commands[0]?.command.replaceAll(' \\\n ', '')).toBe(
      'aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=DeleteTable ' +
        '--start-time 2026-01-02T03:04:05Z --end-time 2026-01-02T04:04:05Z --region eu-west-1',
    );
    expect(commands[1]?.tool).toBe('opentrail');
  });

  it('says how to look at another account', () => {
    const other = { ...query(equals('AwsRegion', 'eu-west-1')), account: '999999999999' };
    expect(cliCommands(other, context)[0]?.note).toContain('--account 999999999999');
  });

  it.each([
    ['two attributes', query(equals('EventName', 'A'), equals('Username', 'b'))],
    ['an attribute of ours', query(equals('SourceIPAddress', '1.2.3.4'))],
    ['a negation', query({ key: 'Username', operator: 'not', values: ['b'] })],
    ['several values', query(equals('Username', 'a', 'b'))],
    ['all accounts', query(equals('Username', 'a'))],
  ])('falls back to its own command, with the reason, for %s', (_what, asked) => {
    const commands = cliCommands(asked, context);
    expect(commands.map(({ tool }) => tool)).toEqual(['opentrail']);
    expect(commands[0]?.note).toBeTruthy();
  });

  it('writes operators as the opentrail command reads them', () => {
    const asked = query(
      { key: 'Username', operator: 'not', values: ['ci', 'ops'] },
      { key: 'ErrorCode', operator: 'prefix', values: ['Access'] },
    );
    const command = cliCommands(asked, context)[0]?.command ?? '';
    expect(command).toContain("'Username!=ci'");
    expect(command).toContain("'Username!=ops'");
    expect(command).toContain("'ErrorCode^=Access'");
    expect(command).toContain('--all');
  });

  it('never lets a recorded value become a shell command', () => {
    const command = cliCommands(query(equals('Username', "x'; rm -rf $HOME #")), context)[0]?.command ?? '';
    expect(command).toContain(`'Username=x'\\''; rm -rf $HOME #'`);
  });
});

function equals(key: Condition['key'], ...values: string[]): Condition {
  return { key, operator: 'equals', values };
}

function query(...conditions: Condition[]): HistoryQuery {
  return { ...EMPTY_QUERY, conditions };
}
