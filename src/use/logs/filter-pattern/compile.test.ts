import { describe, expect, it } from 'vitest';

import { compileFilterPattern } from './compile.ts';

const LOGIN = JSON.stringify({
  eventName: 'ConsoleLogin',
  eventSource: 'signin.amazonaws.com',
  sourceIPAddress: '123.123.4.5',
  userIdentity: { type: 'IAMUser', accountId: '123456789012', 'a.b': 'dotted' },
  additionalEventData: { MFAUsed: 'No' },
  errorCode: null,
  readOnly: false,
  latency: 12.5,
  items: [{ flag: 1 }, { flag: 2, name: 'zwei "2" ä/b' }],
});
const DENIED = JSON.stringify({ eventName: 'GetObject', errorCode: 'AccessDeniedException', size: 4e3 });
const ROOT = JSON.stringify({
  eventName: 'StopLogging',
  eventType: 'AwsApiCall',
  userIdentity: { type: 'Root' },
});

const matches = (pattern: string, message: string) => {
  const compiled = compileFilterPattern(pattern);
  const found = compiled.matches(message);
  // What a pattern says of its messages is true of each of them, or a search would miss some.
  if (found)
    for (const texts of compiled.contains)
      expect(
        texts.some((text) => message.includes(text)),
        `${pattern} contains ${texts.join('|')}`,
      ).toBe(true);
  return found;
};

describe('unstructured patterns', () => {
  const ERROR = '[ERROR 401] UNAUTHORIZED REQUEST';
  it.each([
    ['', true],
    ['" "', true],
    ['ERROR', true],
    ['error', false],
    ['ERROR REQUEST', true],
    ['ERROR MISSING', false],
    ['?MISSING ?REQUEST', true],
    ['?MISSING ?GONE', false],
    ['ERROR ?MISSING', true],
    ['ERROR -REQUEST', false],
    ['-MISSING', true],
    ['"ERROR 401"', true],
    ['"ERROR 402"', false],
    ['-"ERROR 401"', false],
    ['%UNAUTH[A-Z]+ %', true],
    ['%^UNAUTH%', false],
  ])('%s', (pattern, expected) => expect(matches(pattern, ERROR)).toBe(expected));

  it('takes quoted quotation marks', () => {
    expect(matches(String.raw`"say \"no\""`, 'they say "no" to it')).toBe(true);
  });
});

describe('JSON patterns', () => {
  it.each([
    ['{ $.eventName = "ConsoleLogin" }', LOGIN, true],
    ['{$.eventName=ConsoleLogin}', LOGIN, true],
    ['  { $.eventName = Console* }  ', LOGIN, true],
    ['{ $.eventName = "*Log*n" }', LOGIN, true],
    ['{ $.eventName = "consolelogin" }', LOGIN, false],
    ['{ $.eventSource = signin.amazonaws.com }', LOGIN, true],
    ['{ $.sourceIPAddress != 123.123.* }', LOGIN, false],
    ['{ $.sourceIPAddress = 123.123.* }', LOGIN, true],
    ['{ $.userIdentity.accountId = 123456789012 }', LOGIN, true],
    ['{ $.latency > 12 && $.latency <= 12.5 }', LOGIN, true],
    ['{ $.latency = 1.25e1 }', LOGIN, true],
    ['{ $.size >= 4000 }', DENIED, true],
    ['{ $.eventName > 4000 }', DENIED, false],
    ['{ $.errorCode IS NULL }', LOGIN, true],
    ['{ $.errorCode = "x" || $.errorCode != "x" }', LOGIN, false],
    ['{ $.readOnly IS FALSE }', LOGIN, true],
    ['{ $.readOnly IS TRUE }', LOGIN, false],
    ['{ $.readOnly = false }', LOGIN, true],
    ['{ $.vpcEndpointId NOT EXISTS }', LOGIN, true],
    ['{ $.errorCode NOT EXISTS }', LOGIN, false],
    ['{ $.vpcEndpointId != "vpce-1" }', LOGIN, false],
    ['{ $.userIdentity = "IAMUser" }', LOGIN, false],
    ['{ $.userIdentity != "IAMUser" }', LOGIN, false],
    ['{ $.items[1].flag = 2 }', LOGIN, true],
    ['{ $.items[0].flag = 2 }', LOGIN, false],
    ['{ $.items[*].flag = 2 }', LOGIN, true],
    ['{ $.*.type = "IAMUser" }', LOGIN, true],
    ["{ $.userIdentity['a.b'] = dotted }", LOGIN, true],
    [String.raw`{ $.items[1].name = "zwei \"2\" ä/b" }`, LOGIN, true],
    ['{ $.eventName = %^Console(?:x)% }', LOGIN, 'refused'],
    ['{ $.eventName = %^Console[A-Z]ogin$% }', LOGIN, true],
    ['{ $.eventName != %^Console% }', LOGIN, false],
    ['{ $.eventName = "a" && $.eventName = "b" || $.eventName = "ConsoleLogin" }', LOGIN, true],
    ['{ $.eventName = "a" && ($.eventName = "b" || $.eventName = "ConsoleLogin") }', LOGIN, false],
    // CIS AWS Foundations, as Security Hub wants them spelled.
    ['{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}', DENIED, true],
    ['{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}', LOGIN, false],
    ['{($.eventName="ConsoleLogin") && ($.additionalEventData.MFAUsed!="Yes")}', LOGIN, true],
    [
      '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType!="AwsServiceEvent"}',
      ROOT,
      true,
    ],
    [
      '{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion))}',
      JSON.stringify({ eventSource: 'kms.amazonaws.com', eventName: 'DisableKey' }),
      true,
    ],
    ['{ $.eventName = "ConsoleLogin" }', 'eventName ConsoleLogin', false],
    ['{ $.eventName = "ConsoleLogin" }', '{"eventName":"Console\\u004cogin"}', true],
    ['{ $.eventName = "ConsoleLogin" }', '{"event\\u004eame":"ConsoleLogin"}', true],
  ])('%s', (pattern, message, expected) => {
    if (expected === 'refused') expect(() => matches(pattern, message)).toThrow(/not supported/);
    else expect(matches(pattern, message)).toBe(expected);
  });

  it('tells what its selectors name', () => {
    const { extract } = compileFilterPattern(
      '{ $.eventName = Console* && $.latency > 1 && $.none NOT EXISTS }',
    );
    expect(extract(LOGIN)).toEqual({ '$.eventName': 'ConsoleLogin', '$.latency': '12.5' });
  });

  it('lets a search skip what cannot match', () => {
    const of = (pattern: string) => compileFilterPattern(pattern).contains;
    expect(of('{ $.eventName = "ConsoleLogin" && $.latency > 5 }')).toEqual([['ConsoleLogin', '\\u']]);
    expect(of('{ $.latency > 5 }')).toEqual([['"latency"', '\\u']]);
    expect(of('{ $.a = "longest" || $.b = "other" }')).toEqual(
      [['longest', '\\u', 'other']].map((list) => expect.arrayContaining(list)),
    );
    expect(of('{ $.a NOT EXISTS || $.b = "other" }')).toEqual([]);
  });
});

describe('space-delimited patterns', () => {
  const LINE = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';
  it.each([
    ['[ip, env, user, timestamp, request, status, bytes]', true],
    ['[ip, env, user, timestamp, request, status]', false],
    ['[ip, ..., status = 4*, bytes > 1000]', true],
    ['[..., status = 4*, bytes > 2000]', false],
    ['[ip, env, user, timestamp, request = *html*, status = 404 || status = 410, bytes]', true],
    ['[ip, env = Prod && env != Test, ...]', true],
    ['[ip = %127\\.0\\.0\\.[1-9]%, ...]', true],
    ['[ , , user = frank, ...]', true],
    ['[..., user = frank]', false],
  ])('%s', (pattern, expected) => expect(matches(pattern, LINE)).toBe(expected));

  it('tells each field by its name or place', () => {
    const { extract } = compileFilterPattern('[ip, env, ..., request, status = 404, bytes]');
    expect(extract(LINE)).toEqual({
      $ip: '127.0.0.1',
      $env: 'Prod',
      $3: 'frank',
      $4: '10/Oct/2000:13:25:15 -0700',
      $request: 'GET /index.html HTTP/1.0',
      $status: '404',
      $bytes: '1534',
    });
  });
});

describe('what is no pattern', () => {
  it.each([
    'ERROR-401',
    '"open',
    '{ $.a = 1',
    '{ $.a }',
    '{ $.a = }',
    '{ $.a = 1 && }',
    '{ $.a = 1 $.b = 2 }',
    '{ ($.a = 1 }',
    '{ a = 1 }',
    '{ $ = 1 }',
    '{ $.a > "x" }',
    '{ $.a NOT THERE }',
    '{ $.a IS MAYBE }',
    '{ $.a[x] = 1 }',
    `{ ${'('.repeat(60)}$.a = 1${')'.repeat(60)} }`,
    '[a, ..., b, ...]',
    '[a = b = c]',
    '[a = 1 && b = 2]',
    '%no!%',
    '%(a)%',
    '%[%',
    '{ $.a = %a% || $.b = %b% || $.c = %c% }',
    `"${'x'.repeat(1024)}"`,
  ])('%s', (pattern) => {
    expect(() => compileFilterPattern(pattern)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException' }) as Error,
    );
  });

  it('takes time in proportion to the text only', () => {
    const began = performance.now();
    const long = 'a'.repeat(200_000);
    expect(compileFilterPattern('%a*a*a*a*a*b%').matches(long)).toBe(false);
    expect(matches(`{ $.a = "*${'a*'.repeat(200)}b" }`, JSON.stringify({ a: long }))).toBe(false);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
