import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { Operation } from '../../../aws/operation.ts';
import { randomLowerAlnum } from '../../../base/ids.ts';
import {
  arnOf,
  managedOrganization,
  organizationOf,
  readableOrganization,
  type OrganizationRow,
  type OrganizationsSettings,
} from '../directory.ts';
import { handshakeViolated, invalidInput, noAccess } from '../errors.ts';
import { handshakeId, page, paging } from '../input.ts';
import { organizationsOperation, type OrganizationsParts } from '../organizations-operation.ts';
import { emailOf } from './organization.ts';

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_InviteAccountToOrganization.html */
const VALID_FOR = 15 * 86_400_000;

/** Invitations: the management account invites an account by its number, which then accepts or declines. */
export function handshakeOperations(parts: OrganizationsParts): Operation[] {
  return [
    invite(parts),
    answer(parts, { name: 'AcceptHandshake', by: 'target', to: 'ACCEPTED' }),
    answer(parts, { name: 'DeclineHandshake', by: 'target', to: 'DECLINED' }),
    answer(parts, { name: 'CancelHandshake', by: 'organization', to: 'CANCELED' }),
    describe(parts),
    list(parts, 'ListHandshakesForAccount'),
    list(parts, 'ListHandshakesForOrganization'),
  ];
}

function invite(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'InviteAccountToOrganization', {
    input: {
      Target: z.object({ Id: z.string().min(1).max(64), Type: z.enum(['ACCOUNT', 'EMAIL', 'ORGANIZATION']) }),
      Notes: z.string().max(1024).optional(),
    },
    handle: async ({ Target, Notes }, { accountId }) => {
      if (Target.Type !== 'ACCOUNT' || !/^\d{12}$/.test(Target.Id)) {
        throw invalidInput(
          `Target must be an account by its 12 digits (got ${Target.Type} "${Target.Id}"): no mail is sent here.`,
          'INVALID_PARTY_TYPE_TARGET',
        );
      }
      const now = parts.clock.now();
      return parts.settings.transaction().execute(async (tx) => {
        const organization = await managedOrganization(tx, accountId);
        await checkFree(tx, organization, Target.Id);
        await checkOnlyInvitation(tx, { organization: organization.id, target: Target.Id, now });
        const handshake: HandshakeRow = {
          id: `h-${randomLowerAlnum(32)}`,
          organization: organization.id,
          target: Target.Id,
          notes: Notes ?? null,
          state: 'OPEN',
          requested_at: now,
          expires_at: now + VALID_FOR,
        };
        await tx.insertInto('organization_handshakes').values(handshake).execute();
        return { Handshake: shown(handshake, { organization, now }) };
      });
    },
  });
}

type Answer = {
  readonly name: string;
  /** Whose answer it is. */
  readonly by: 'target' | 'organization';
  readonly to: HandshakeRow['state'];
};

function answer(parts: OrganizationsParts, { name, by, to }: Answer): Operation {
  return organizationsOperation(parts, name, {
    input: { HandshakeId: handshakeId },
    changes: true,
    handle: async ({ HandshakeId }, { accountId }) => {
      const now = parts.clock.now();
      return parts.settings.transaction().execute(async (tx) => {
        const { handshake, organization } = await findHandshake(tx, HandshakeId);
        const whose = by === 'target' ? handshake.target : organization.management_account;
        if (whose !== accountId) throw noAccess();
        const state = stateAt(handshake, now);
        if (state === to)
          throw new AwsError(
            'HandshakeAlreadyInStateException',
            `The handshake is already in the state ${to}.`,
          );
        if (state !== 'OPEN') {
          throw new AwsError(
            'InvalidHandshakeTransitionException',
            `You can't perform the operation on the handshake in its current state ${state}.`,
          );
        }
        await tx
          .updateTable('organization_handshakes')
          .set({ state: to })
          .where('id', '=', HandshakeId)
          .execute();
        if (to === 'ACCEPTED') await join(tx, organization, { account: accountId, now });
        return { Handshake: shown({ ...handshake, state: to }, { organization, now }) };
      });
    },
  });
}

async function join(
  tx: OrganizationsSettings,
  organization: OrganizationRow,
  { account, now }: { account: string; now: number },
): Promise<void> {
  await checkFree(tx, organization, account);
  const row = {
    account,
    organization: organization.id,
    name: `account ${account}`,
    email: emailOf(account),
    status: 'ACTIVE' as const,
    joined_method: 'INVITED' as const,
    joined_at: now,
    parent: organization.root_id,
  };
  await tx.insertInto('organization_accounts').values(row).execute();
}

function describe(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'DescribeHandshake', {
    input: { HandshakeId: handshakeId },
    handle: async ({ HandshakeId }, { accountId }) => {
      const { handshake, organization } = await findHandshake(parts.settings, HandshakeId);
      if (![handshake.target, organization.management_account].includes(accountId)) throw noAccess();
      return { Handshake: shown(handshake, { organization, now: parts.clock.now() }) };
    },
  });
}

function list(
  parts: OrganizationsParts,
  name: 'ListHandshakesForAccount' | 'ListHandshakesForOrganization',
): Operation {
  const isForAccount = name === 'ListHandshakesForAccount';
  return organizationsOperation(parts, name, {
    input: { Filter: z.object({ ActionType: z.literal('INVITE').optional() }).optional(), ...paging },
    handle: async (input, { accountId }) => {
      const { settings, clock } = parts;
      const owner = isForAccount
        ? (['target', accountId] as const)
        : (['organization', (await readableOrganization(settings, accountId)).id] as const);
      const rows = await settings
        .selectFrom('organization_handshakes')
        .selectAll()
        .where(...([owner[0], '=', owner[1]] as const))
        .execute();
      const { items, next } = page(rows, ({ id }) => id, input);
      const Handshakes = [];
      for (const { id } of items) {
        const { handshake, organization } = await findHandshake(settings, id);
        Handshakes.push(shown(handshake, { organization, now: clock.now() }));
      }
      return { Handshakes, NextToken: next };
    },
  });
}

type HandshakeRow = Awaited<ReturnType<typeof findHandshake>>['handshake'];

/** Throws HandshakeNotFoundException. */
async function findHandshake(settings: OrganizationsSettings, id: string) {
  const handshake = await settings
    .selectFrom('organization_handshakes')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  const organization =
    handshake &&
    (await settings
      .selectFrom('organizations')
      .selectAll()
      .where('id', '=', handshake.organization)
      .executeTakeFirst());
  if (handshake === undefined || organization === undefined)
    throw new AwsError('HandshakeNotFoundException', "You specified a handshake that doesn't exist.");
  return { handshake, organization };
}

async function checkFree(
  settings: OrganizationsSettings,
  { id }: OrganizationRow,
  account: string,
): Promise<void> {
  const now = await organizationOf(settings, account);
  if (now === undefined) return;
  throw now.id === id
    ? handshakeViolated('ALREADY_IN_AN_ORGANIZATION', `Account ${account} is already in this organization.`)
    : handshakeViolated('ALREADY_IN_AN_ORGANIZATION', `Account ${account} is already in an organization.`);
}

async function checkOnlyInvitation(
  settings: OrganizationsSettings,
  { organization, target, now }: { organization: string; target: string; now: number },
): Promise<void> {
  const open = await settings
    .selectFrom('organization_handshakes')
    .select('id')
    .where('organization', '=', organization)
    .where('target', '=', target)
    .where('state', '=', 'OPEN')
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (open !== undefined)
    throw new AwsError('DuplicateHandshakeException', `Account ${target} is already invited: ${open.id}.`);
}

function stateAt({ state, expires_at }: HandshakeRow, now: number): HandshakeRow['state'] | 'EXPIRED' {
  return state === 'OPEN' && expires_at <= now ? 'EXPIRED' : state;
}

function shown(
  handshake: HandshakeRow,
  { organization, now }: { organization: OrganizationRow; now: number },
): Record<string, unknown> {
  const { id, target, notes } = handshake;
  const master = organization.management_account;
  return {
    Id: id,
    Arn: arnOf(organization, 'handshake', `invite/${id}`),
    Parties: [
      { Id: organization.id, Type: 'ORGANIZATION' },
      { Id: target, Type: 'ACCOUNT' },
    ],
    State: stateAt(handshake, now),
    RequestedTimestamp: new Date(handshake.requested_at),
    ExpirationTimestamp: new Date(handshake.expires_at),
    Action: 'INVITE',
    Resources: [
      {
        Type: 'ORGANIZATION',
        Value: organization.id,
        Resources: [
          { Type: 'MASTER_EMAIL', Value: emailOf(master) },
          { Type: 'MASTER_NAME', Value: 'master' },
          { Type: 'ORGANIZATION_FEATURE_SET', Value: organization.feature_set },
        ],
      },
      { Type: 'ACCOUNT', Value: target },
      ...(notes === null ? [] : [{ Type: 'NOTES', Value: notes }]),
    ],
  };
}
