import type { NormalizedSchema } from '@smithy/core/schema';

import { parseXmlPlain } from '../../aws/protocols/index.ts';
import { ec2ElementName, isEc2TextElement, isTyped } from './ec2-names.ts';
import { coerceByForm } from './ec2-parameters.ts';
import { REMOVED, treatmentOf } from './hidden.ts';

type Json = Record<string, unknown>;
type Kind = 'text' | 'number' | 'boolean' | 'time' | 'composite';
type Field = { readonly kind: Kind; readonly secret: boolean; readonly fields: () => Fields };
type Fields = ReadonlyMap<string, Field>;

const NONE: Fields = new Map();

/**
 * EC2's answers under their wire names, as CloudTrail records them: `requestId` first, `_return`, lists as `{ items: […] }`; for operations
 * newer than the SOAP interface `{ CreateNatGatewayResponse: { xmlns, … } }` with lists as `{ item: … }`.
 */
export function compileEc2Elements(
  operation: string,
  output: NormalizedSchema | undefined,
  xmlNamespace: string | undefined,
): (body: Uint8Array) => Json | undefined {
  const fields = output === undefined ? NONE : fieldsOf(output);
  return (body) => {
    const plain = parseXmlPlain(body);
    if (plain === undefined) return undefined;
    if (isTyped(operation)) return requestIdFirst(top(operation, fields, plain as Json));
    return {
      [`${operation}Response`]: {
        ...(xmlNamespace === undefined ? {} : { xmlns: xmlNamespace.replace(/[^/]$/, '$&/') }),
        ...(raw(fields, plain) as Json),
      },
    };
  };
}

/** The members of the answer itself, some of which have older names and forms. */
function top(operation: string, fields: Fields, plain: Json): Json {
  const written: Json = {};
  for (const [name, value] of Object.entries(typed(fields, plain) as Json)) {
    const asText = isEc2TextElement(operation, name) && typeof value === 'number';
    written[ec2ElementName(operation, name)] = asText ? String(value) : value;
  }
  return written;
}

function requestIdFirst(elements: Json): Json {
  const { requestId, ...rest } = elements;
  return requestId === undefined ? rest : { requestId, ...rest };
}

function typed(fields: Fields, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => typed(fields, one));
  if (typeof value !== 'object' || value === null) return value;
  const written: Json = {};
  for (const [name, one] of Object.entries(value)) {
    if (name === 'xmlns') continue;
    const field = fields.get(name);
    if (isSecret(name, field)) written[name] = REMOVED;
    else if (typeof one === 'string') written[name] = coerce(name, field, one);
    else if (name === 'items') written[name] = typed(fields, one);
    else written[name] = listForm(name, typed(field?.fields() ?? NONE, one));
  }
  return written;
}

/** In real records one list of answers stands under `item`. */
function listForm(name: string, value: unknown): unknown {
  if (name !== 'privateIpAddressesSet' || typeof value !== 'object' || value === null) return value;
  const { items, ...rest } = value as Json;
  return items === undefined ? value : { item: items, ...rest };
}

function raw(fields: Fields, value: unknown): unknown {
  if (typeof value === 'string') return coerceByForm(value);
  if (Array.isArray(value)) return value.map((one) => raw(fields, one));
  if (typeof value !== 'object' || value === null) return value;
  const written: Json = {};
  for (const [name, one] of Object.entries(value)) {
    const field = fields.get(name);
    if (isSecret(name, field)) written[name] = REMOVED;
    else if (name === 'items' && Array.isArray(one))
      written['item'] = one.length === 1 ? raw(fields, one[0]) : raw(fields, one);
    else written[name] = raw(field?.fields() ?? NONE, one);
  }
  return written;
}

function isSecret(name: string, field: Field | undefined): boolean {
  return field?.secret === true || treatmentOf('ec2', name) !== undefined;
}

function coerce(name: string, field: Field | undefined, text: string): unknown {
  if (name === '_return') return text === 'true';
  switch (field?.kind) {
    case 'boolean':
      return text === 'true';
    case 'number':
      return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'time':
      return Number.isNaN(Date.parse(text)) ? text : Date.parse(text);
    case 'composite':
      return {};
    default:
      return text;
  }
}

function fieldsOf(schema: NormalizedSchema): Fields {
  const fields = new Map<string, Field>();
  for (const [name, member] of schema.structIterator()) {
    const { xmlName, sensitive } = member.getMergedTraits();
    let made: Fields | undefined;
    fields.set(xmlName ?? name, {
      kind: kindOf(member),
      secret: sensitive === 1,
      fields: () => (made ??= innerFields(member)),
    });
  }
  return fields;
}

function innerFields(member: NormalizedSchema): Fields {
  const inner = member.isListSchema() ? member.getValueSchema() : member;
  return inner.isStructSchema() ? fieldsOf(inner) : NONE;
}

function kindOf(member: NormalizedSchema): Kind {
  if (member.isListSchema() || member.isStructSchema()) return 'composite';
  if (member.isTimestampSchema()) return 'time';
  if (member.isBooleanSchema()) return 'boolean';
  return member.isNumericSchema() ? 'number' : 'text';
}
