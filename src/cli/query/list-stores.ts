import { cloudtrailCall, type ServerAccess } from '../server-request.ts';
import type { NamedStore } from './name-stores.ts';

/** The event data stores of the caller's account and region that answer queries. */
export async function listStores(server: ServerAccess): Promise<readonly NamedStore[]> {
  const found: NamedStore[] = [];
  let token: string | undefined;
  do {
    const page = await cloudtrailCall<{
      EventDataStores: { EventDataStoreArn: string; Name: string; Status?: string }[];
      NextToken?: string;
    }>(server, 'ListEventDataStores', token === undefined ? {} : { NextToken: token });
    for (const { EventDataStoreArn: arn, Name: name, Status } of page.EventDataStores)
      if (Status !== 'PENDING_DELETION') found.push({ name, id: arn.slice(arn.lastIndexOf('/') + 1) });
    token = page.NextToken;
  } while (token !== undefined);
  return found;
}
