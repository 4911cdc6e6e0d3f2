import { accountOfArn, FUNCTION_ARN, QUEUE_ARN } from '../../../aws/arn.ts';
import { invalidParameter, notBuilt } from '../sns-errors.ts';
import type { Endpoints } from './sns-operation.ts';

const NOT_BUILT: Readonly<Record<string, string>> = {
  firehose: 'delivery streams as subscribers',
  application: 'mobile push',
  sms: 'text messages',
};

/** Throws InvalidParameter, in AWS's words where AWS refuses it too. */
export async function checkEndpoint(
  endpoints: Endpoints,
  {
    protocol,
    endpoint,
    account,
  }: { readonly protocol: string; readonly endpoint: string; readonly account: string },
): Promise<void> {
  switch (protocol) {
    case 'http':
    case 'https':
      return checkWebhook(endpoints, protocol, endpoint);
    case 'email':
    case 'email-json':
      return checkMail(endpoints, endpoint);
    case 'sqs':
      return checkQueue(endpoint);
    case 'lambda':
      return checkFunction(endpoints, endpoint, account);
    default:
      if (Object.hasOwn(NOT_BUILT, protocol)) throw notBuilt('Protocol', NOT_BUILT[protocol] as string);
      throw invalidParameter(`Amazon SNS does not support this protocol string: ${protocol.slice(0, 100)}`);
  }
}

async function checkWebhook({ isOpen }: Endpoints, protocol: string, endpoint: string): Promise<void> {
  if (!endpoint.startsWith(`${protocol}://`))
    throw invalidParameter('Endpoint must match the specified protocol');
  if (!URL.canParse(endpoint) || /[^\x21-\x7e]/.test(endpoint))
    throw invalidParameter('Endpoint', 'must be a URL');
  const url = new URL(endpoint);
  // They would be in the record of this very call.
  if (url.username !== '' || url.password !== '')
    throw notBuilt('Endpoint', 'user names and passwords in URLs');
  if (url.hash !== '') throw invalidParameter('Endpoint', 'must be a URL without a fragment');
  if (!(await isOpen(endpoint)))
    throw invalidParameter(
      'Endpoint',
      `${url.hostname} is at a private address, and Opentrail sends there only where OPENTRAIL_WEBHOOK_ALLOW says so.`,
    );
}

/** One plain address: no names, comments, lists, quotes or routes, and nothing that could end a line. */
const ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

function checkMail({ hasMail }: Endpoints, endpoint: string): void {
  if (endpoint.length > 254 || !ADDRESS.test(endpoint)) throw invalidParameter('Email address');
  if (!hasMail)
    throw invalidParameter(
      'Protocol',
      'Opentrail has no mail server: set OPENTRAIL_SMTP_URL and OPENTRAIL_SMTP_FROM.',
    );
}

function checkQueue(endpoint: string): void {
  if (!QUEUE_ARN.test(endpoint)) throw invalidParameter('SQS endpoint ARN');
  if (endpoint.endsWith('.fifo'))
    throw invalidParameter(
      'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
}

/** A function answers no question: whose it is, he subscribes it. */
function checkFunction({ hasFunctions }: Endpoints, endpoint: string, account: string): void {
  if (!FUNCTION_ARN.test(endpoint)) throw invalidParameter('Lambda endpoint ARN');
  if (accountOfArn(endpoint) !== account)
    throw invalidParameter('Endpoint', 'Opentrail lets a function be subscribed by its own account only.');
  if (!hasFunctions)
    throw invalidParameter(
      'Protocol',
      'Opentrail has no functions: say where they are with OPENTRAIL_FUNCTIONS.',
    );
}
