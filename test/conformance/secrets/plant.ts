import type { NormalizedSchema } from '@smithy/core/schema';

import type { OperationModel } from '../../../src/aws/models/index.ts';
import { shapeOf, type Shape } from '../../../src/aws/protocols/shape.ts';

/** As long as three bytes four times, so that its base64 is the same wherever a blob begins with it. */
export const PLANTED = 'plAntedSecr7';
/** Stands in every member that is no secret: must be found, or the search would find nothing at all. */
export const SHOWN = 'plainlyshown';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Members that hold secrets though no model says so, for any service. */
const FORGOTTEN = words(`
  Password MasterUserPassword NewPassword OldPassword PreviousPassword ProposedPassword Passwords SecretString SecretBinary SecretAccessKey
  SessionToken PrivateKey UserData WebIdentityToken SAMLAssertion AuthToken ClientSecret client_secret ZipFile Base32StringSeed QRCodePNG
  AuthenticationCode1 AuthenticationCode2 TokenCode KeyMaterial PreSignedUrl SSECustomerKey CopySourceSSECustomerKey
`);

/** The same for one service: environment variables, messages, values of parameters and of items, plain texts. */
const FORGOTTEN_BY_SERVICE = words(`
  lambda:Variables ecs:environment batch:environment ssm:PutParameterRequest.Value ssm:SendCommandRequest.Parameters
  cloudformation:ParameterValue apigateway:CreateApiKeyRequest.value sns:Message sqs:MessageBody kinesis:Data firehose:Data
  logs:logEvents events:Detail kms:Plaintext kms:ImportToken dynamodb:Item dynamodb:ExpressionAttributeValues ses:RawMessage
  cognito-idp:AuthParameters cognito-idp:ChallengeResponses eks:token sts:Credentials.SecretAccessKey
`);

export type Planted = { readonly value: Record<string, unknown>; readonly secrets: number };

/**
 * An input or output with the planted secret in every text and blob that must not be seen, and how many there are. A union holds one of its
 * members at a time: `variant` says which, counted round; from 0 to below `variants` each has had its turn.
 */
export function plant(
  service: string,
  schema: NormalizedSchema,
  variant = 0,
): Planted & { variants: number } {
  const planter = { service, variant, secrets: 0, variants: 1 };
  const value = (planted(planter, shapeOf(schema), { name: '', secret: false, depth: 0 }) ??
    {}) as Planted['value'];
  return { value, secrets: planter.secrets, variants: planter.variants };
}

/** The variants that carry a secret in the input or in the output; none: there is none to hide. */
export function plantedVariants({ service, input, output }: OperationModel): readonly number[] {
  const most = Math.max(variantsOf(service, input), variantsOf(service, output));
  return Array.from({ length: most }, (_, variant) => variant).filter(
    (variant) => plant(service, input, variant).secrets > 0 || plant(service, output, variant).secrets > 0,
  );
}

/** A union inside of another one's later members is only seen once that member is planted. */
function variantsOf(service: string, schema: NormalizedSchema): number {
  let most = 1;
  for (let variant = 0; variant < most; variant++)
    most = Math.max(most, plant(service, schema, variant).variants);
  return most;
}

type Planter = {
  readonly service: string;
  readonly variant: number;
  secrets: number;
  /** Members of the largest union so far. */
  variants: number;
};
type At = { readonly name: string; readonly secret: boolean; readonly depth: number };
const MOST_DEPTH = 6;

function planted(planter: Planter, shape: Shape, at: At): unknown {
  const here = { ...at, secret: at.secret || shape.traits.sensitive === 1 };
  switch (shape.kind) {
    case 'struct':
      return at.depth > MOST_DEPTH ? undefined : members(planter, shape, here);
    case 'union':
      return at.depth > MOST_DEPTH ? undefined : oneOf(planter, shape, here);
    case 'list':
      return at.depth > MOST_DEPTH
        ? undefined
        : [planted(planter, shape.element(), { ...here, depth: at.depth + 1 })].filter(
            (one) => one !== undefined,
          );
    case 'map':
      return at.depth > MOST_DEPTH ? undefined : mapOf(planter, shape, here);
    default:
      return plain(planter, shape, here);
  }
}

function oneOf(planter: Planter, shape: Shape, at: At): Record<string, unknown> | undefined {
  const names = shape.members().map(({ name }) => name);
  planter.variants = Math.max(planter.variants, names.length);
  const given = members(planter, shape, at, names[planter.variant % names.length]);
  return Object.keys(given).length === 0 ? undefined : given;
}

function members(planter: Planter, shape: Shape, at: At, only?: string): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const { name, shape: member } of shape.members()) {
    if (only !== undefined && name !== only) continue;
    if (isClientsOwn(name) || (member.streaming && member.kind !== 'blob')) continue;
    // A structure of such a name tells about a secret: what it holds has names of its own.
    const isPlace = member.kind === 'struct' || member.kind === 'union';
    const secret = at.secret || (!isPlace && isForgotten(planter.service, shape.name, name));
    const value = planted(planter, member, { name, secret, depth: at.depth + 1 });
    if (value !== undefined) given[name] = value;
  }
  return given;
}

/** The client makes another value of it, or goes elsewhere for it. */
function isClientsOwn(name: string): boolean {
  return /^(?:EndpointId|QueueUrl|.*ChecksumAlgorithm|Checksum\w+|ContentMD5|.*SSECustomerKeyMD5|ExpiresString)$/.test(
    name,
  );
}

function isForgotten(service: string, parent: string, name: string): boolean {
  return (
    FORGOTTEN.has(name) ||
    FORGOTTEN_BY_SERVICE.has(`${service}:${name}`) ||
    FORGOTTEN_BY_SERVICE.has(`${service}:${parent}.${name}`)
  );
}

function mapOf(planter: Planter, shape: Shape, at: At): Record<string, unknown> {
  const value = (secret: boolean) =>
    planted(planter, shape.element(), { ...at, secret, depth: at.depth + 1 });
  const isText = shape.element().kind === 'string';
  return {
    plain: value(at.secret),
    // Whatever the map is for, such a key says what its value is.
    ...(isText && shape.key().kind === 'string' ? { DB_PASSWORD: value(true) } : {}),
  };
}

function plain(planter: Planter, { kind }: Shape, { secret }: At): unknown {
  switch (kind) {
    case 'string':
    case 'document':
      if (secret) planter.secrets++;
      return secret ? PLANTED : SHOWN;
    case 'blob':
      if (secret) planter.secrets++;
      return Buffer.from(secret ? PLANTED : SHOWN);
    case 'timestamp':
      return new Date('2026-01-02T03:04:05Z');
    case 'boolean':
      return true;
    case 'unit':
      return undefined;
    default:
      return 1;
  }
}
