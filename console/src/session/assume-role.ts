import type { ApiClient } from '../aws/client.ts';
import { ApiError } from '../aws/errors.ts';
import { xmlTexts } from '../aws/services.ts';
import type { Session } from './session.ts';

/** What organizations put into each account that they make: their management account may take it. */
export const ACCOUNT_ACCESS_ROLE = 'OrganizationAccountAccessRole';

/**
 * A session as a role of another account, as AssumeRole of STS gives it; one may go back to the one that it was asked for with. Rejects with
 * ApiError.
 */
export async function assumeRole(
  api: Pick<ApiClient, 'query'>,
  session: Session,
  { accountId, role }: { readonly accountId: string; readonly role: string },
): Promise<Session> {
  const name = session.userName.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64);
  const xml = await api.query('sts', 'AssumeRole', {
    RoleArn: `arn:aws:iam::${accountId}:role/${role}`,
    RoleSessionName: name.length < 2 ? 'console' : name,
  });
  const member = (tag: string) => xmlTexts(xml, tag)[0] ?? '';
  const expiration = Date.parse(member('Expiration'));
  const credentials = {
    accessKeyId: member('AccessKeyId'),
    secretAccessKey: member('SecretAccessKey'),
    sessionToken: member('SessionToken'),
  };
  if (Object.values(credentials).includes('') || !Number.isFinite(expiration))
    throw new ApiError({
      code: 'BadAnswer',
      message: 'The answer carries no credentials.',
      status: 200,
    });
  return {
    credentials,
    expiration,
    accountId,
    region: session.region,
    userArn: member('Arn'),
    userName: `${session.userName} in ${accountId}`,
    before: session.before ?? session,
  };
}
