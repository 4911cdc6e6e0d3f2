import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../../test/kit/run.ts';
import { startMailServer, type MailServer } from '../../../../test/kit/mail-server.ts';
import { ACCOUNT, ANONYMOUS } from '../../../../test/kit/calls.ts';
import { startSns, type TestSns } from '../../../../test/kit/sns.ts';

const TopicArn = `arn:aws:sns:us-east-1:${ACCOUNT}:news`;

let mails: MailServer;
let test: TestSns;
beforeEach(async () => {
  mails = await startMailServer();
  test = await startSns({ smtp: { url: mails.url, from: 'audit@example.com' } });
  test.sns.start();
  await test.call('CreateTopic', { Name: 'news', Attributes: { DisplayName: 'Audit news' } });
});
afterEach(async () => {
  await test[Symbol.asyncDispose]();
  await mails.stop();
});

const next = (count: number) => eventually(async () => mails.received[count - 1]);
const subscribe = (Protocol = 'email') =>
  test.call('Subscribe', { TopicArn, Protocol, Endpoint: 'ann@example.com' });
/** Opens the link, as its reader does. */
const open = (text: string) => {
  const [link = ''] = /https:\/\/audit\.example\/\?\S+/.exec(text) ?? [];
  const { Action = '', ...input } = Object.fromEntries(new URL(link).searchParams);
  return test.call(Action, input, ANONYMOUS);
};

describe('a subscriber by mail', () => {
  it('is asked, told, and leaves and comes back by links', async () => {
    await subscribe();
    const question = await next(1);
    expect(question).toMatchObject({ from: 'audit@example.com', to: ['ann@example.com'] });
    expect(question.headers).toMatchObject({
      from: 'Audit news <audit@example.com>',
      to: 'ann@example.com',
      subject: 'AWS Notification - Subscription Confirmation',
    });
    expect(question.text).toContain(TopicArn);
    await open(question.text);
    await test.call('Publish', { TopicArn, Message: 'hello\n.\nBcc: eve@example.com', Subject: 'Read this' });
    const news = await next(2);
    expect(news.headers).toMatchObject({ subject: 'Read this' });
    expect(news.headers).not.toHaveProperty('bcc');
    expect(news.text).toMatch(/^hello\n\.\nBcc: eve@example\.com\n/);
    await test.call('Publish', { TopicArn, Message: 'no subject' });
    expect((await next(3)).headers['subject']).toBe('AWS Notification Message');
    await open(news.text);
    const farewell = await next(4);
    expect(farewell.text).toContain('deactivated');
    await test.call('Publish', { TopicArn, Message: 'unheard' });
    await open(farewell.text);
    await test.call('Publish', { TopicArn, Message: 'heard again' });
    expect((await next(5)).text).toMatch(/^heard again\n/);
    expect(mails.received.every(({ to }) => to.join() === 'ann@example.com')).toBe(true);
  });

  it('may have the signed document instead', async () => {
    await subscribe('email-json');
    const question = JSON.parse((await next(1)).text) as Record<string, string>;
    await test.call('ConfirmSubscription', { TopicArn, Token: question['Token'] }, ANONYMOUS);
    await test.call('Publish', { TopicArn, Message: 'hello' });
    expect(JSON.parse((await next(2)).text)).toMatchObject({ Type: 'Notification', Message: 'hello' });
  });

  it('is tried again when the server is busy, and not when it says no', async () => {
    await subscribe();
    await open((await next(1)).text);
    mails.refuse(451);
    await test.call('Publish', { TopicArn, Message: 'later' });
    await eventually(async () => mails.refused() === 1 || undefined);
    mails.refuse(undefined);
    test.clock.time += 20_000;
    expect((await next(2)).text).toMatch(/^later/);
    mails.refuse(550);
    await test.call('Publish', { TopicArn, Message: 'never' });
    await eventually(async () => mails.refused() === 2 || undefined);
    mails.refuse(undefined);
    test.clock.time += 3_600_000;
    await test.call('Publish', { TopicArn, Message: 'last' });
    expect((await next(3)).text).toMatch(/^last/);
  });
});
