import type { Json } from '../activity/activity.ts';
import { isObject } from '../activity/check-event-data.ts';
import { DEEPEST_VALUE, MalformedOtlp, MOST_RECORDS, type LogRecord } from './log-record.ts';
import { integerOf } from './read-protobuf.ts';

/** `ExportLogsServiceRequest` in JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. Members of other names are passed over. */
export function readJson(bytes: Uint8Array): readonly LogRecord[] {
  const request = parsed(bytes);
  const records: LogRecord[] = [];
  for (const resourceLogs of objects(request, 'resourceLogs')) {
    const resource = attributesOf(object(resourceLogs, 'resource'));
    for (const scopeLogs of objects(resourceLogs, 'scopeLogs')) {
      const scope = text(object(scopeLogs, 'scope'), 'name');
      for (const record of objects(scopeLogs, 'logRecords')) {
        if (records.length >= MOST_RECORDS)
          throw new MalformedOtlp(`there are more than ${MOST_RECORDS} log records`);
        records.push(readRecord(record, resource, scope));
      }
    }
  }
  return records;
}

function readRecord(record: Json, resource: Json, scope: string): LogRecord {
  return {
    resource,
    scope,
    time: nanoseconds(record, 'timeUnixNano'),
    observed: nanoseconds(record, 'observedTimeUnixNano'),
    severity: text(record, 'severityText'),
    body: record['body'] === undefined ? undefined : valueOf(record['body'], DEEPEST_VALUE),
    attributes: attributesOf(record),
    traceId: text(record, 'traceId'),
    spanId: text(record, 'spanId'),
    eventName: text(record, 'eventName'),
  };
}

function attributesOf(holder: Json): Json {
  return pairsOf(objects(holder, 'attributes'), DEEPEST_VALUE);
}

function pairsOf(pairs: readonly Json[], levels: number): Json {
  return Object.fromEntries(pairs.map((pair) => [text(pair, 'key'), valueOf(pair['value'], levels)]));
}

/** AnyValue: an object with one member that says what it is. */
function valueOf(given: unknown, levels: number): unknown {
  if (levels === 0) throw new MalformedOtlp(`a value is nested more than ${DEEPEST_VALUE} levels deep`);
  if (given === null || given === undefined) return null;
  if (!isObject(given)) throw new MalformedOtlp('a value is not an object such as {"stringValue": …}');
  const [kind, value] = Object.entries(given)[0] ?? [];
  switch (kind) {
    case undefined:
      return null;
    case 'stringValue':
    case 'bytesValue':
      if (typeof value !== 'string') throw new MalformedOtlp(`${kind} is not a string`);
      return value;
    case 'boolValue':
      return value === true || value === 'true';
    case 'intValue':
    case 'doubleValue':
      return numberOf(value, kind);
    case 'arrayValue':
      return objects(isObject(value) ? value : {}, 'values').map((one) => valueOf(one, levels - 1));
    case 'kvlistValue':
      return pairsOf(objects(isObject(value) ? value : {}, 'values'), levels - 1);
    default:
      throw new MalformedOtlp(`${JSON.stringify(kind.slice(0, 100))} is not a kind of value`);
  }
}

/** Integers are text beyond what a JSON number holds; doubles where they are no number at all. */
function numberOf(value: unknown, kind: string): number | string {
  if (typeof value === 'number') return value;
  if (kind === 'doubleValue' && typeof value === 'string') return value;
  return integerOf(integer(value, kind));
}

function nanoseconds(holder: Json, member: string): bigint {
  const value = holder[member];
  return value === undefined || value === null ? 0n : BigInt.asUintN(64, integer(value, member));
}

/** 64-bit integers are decimal text, or numbers. */
function integer(value: unknown, member: string): bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw new MalformedOtlp(`${member} is not a whole number`);
}

function parsed(bytes: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    throw new MalformedOtlp('the body is not JSON', { cause });
  }
  if (!isObject(value)) throw new MalformedOtlp('the body is not a JSON object');
  return value;
}

function objects(holder: Json, member: string): readonly Json[] {
  const value = holder[member];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isObject))
    throw new MalformedOtlp(`${member} is not a list of objects`);
  return value;
}

function object(holder: Json, member: string): Json {
  const value = holder[member];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new MalformedOtlp(`${member} is not an object`);
  return value;
}

function text(holder: Json, member: string): string {
  const value = holder[member];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new MalformedOtlp(`${member} is not a string`);
  return value;
}
