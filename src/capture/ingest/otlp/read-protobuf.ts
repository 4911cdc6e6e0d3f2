import type { Json } from '../activity/activity.ts';
import { DEEPEST_VALUE, MalformedOtlp, MOST_RECORDS, type LogRecord } from './log-record.ts';
import { fieldsOf, textOf, type Field } from './protobuf.ts';

/**
 * `ExportLogsServiceRequest` in protobuf. Field numbers:
 * https://github.com/open-telemetry/opentelemetry-proto/blob/v1.8.0/opentelemetry/proto/logs/v1/logs.proto and common/v1/common.proto
 */
export function readProtobuf(bytes: Uint8Array): readonly LogRecord[] {
  const records: LogRecord[] = [];
  for (const resourceLogs of messages(bytes, 1)) {
    const resource = attributesOf(onlyMessage(resourceLogs, 1), 1);
    for (const scopeLogs of messages(resourceLogs, 2)) {
      const scope = textField(onlyMessage(scopeLogs, 1), 1);
      for (const record of messages(scopeLogs, 2)) {
        if (records.length >= MOST_RECORDS)
          throw new MalformedOtlp(`there are more than ${MOST_RECORDS} log records`);
        records.push(readRecord(record, resource, scope));
      }
    }
  }
  return records;
}

function readRecord(bytes: Uint8Array, resource: Json, scope: string): LogRecord {
  let time = 0n;
  let observed = 0n;
  let body: unknown;
  let traceId = '';
  let spanId = '';
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1 && field.kind === 'fixed64') time = field.value;
    else if (field.number === 11 && field.kind === 'fixed64') observed = field.value;
    else if (field.kind !== 'bytes') continue;
    else if (field.number === 5) body = valueOf(field.bytes, DEEPEST_VALUE);
    else if (field.number === 9) traceId = Buffer.from(field.bytes).toString('hex');
    else if (field.number === 10) spanId = Buffer.from(field.bytes).toString('hex');
  }
  return {
    resource,
    scope,
    time,
    observed,
    severity: textField(bytes, 3),
    body,
    attributes: attributesOf(bytes, 6),
    traceId,
    spanId,
    eventName: textField(bytes, 12),
  };
}

/** The repeated KeyValue of that number. */
function attributesOf(bytes: Uint8Array, number: number): Json {
  return pairsOf(messages(bytes, number), DEEPEST_VALUE);
}

function pairsOf(pairs: Iterable<Uint8Array>, levels: number): Json {
  const found: [string, unknown][] = [];
  for (const pair of pairs) found.push([textField(pair, 1), valueOf(onlyMessage(pair, 2), levels)]);
  return Object.fromEntries(found);
}

/** AnyValue. */
function valueOf(bytes: Uint8Array, levels: number): unknown {
  if (levels === 0) throw new MalformedOtlp(`a value is nested more than ${DEEPEST_VALUE} levels deep`);
  let value: unknown = null;
  for (const field of fieldsOf(bytes)) value = variantOf(field, levels) ?? value;
  return value;
}

function variantOf(field: Field, levels: number): unknown {
  switch (field.kind) {
    case 'varint':
      if (field.number === 2) return field.value !== 0n;
      return field.number === 3 ? integerOf(BigInt.asIntN(64, field.value)) : undefined;
    case 'fixed64':
      return field.number === 4 ? doubleOf(field.bytes) : undefined;
    case 'fixed32':
      return undefined;
    case 'bytes':
      if (field.number === 1) return textOf(field.bytes);
      if (field.number === 5) return [...messages(field.bytes, 1)].map((one) => valueOf(one, levels - 1));
      if (field.number === 6) return pairsOf(messages(field.bytes, 1), levels - 1);
      return field.number === 7 ? Buffer.from(field.bytes).toString('base64') : undefined;
  }
}

/** Beyond what a JSON number holds it is text, as in OTLP's own JSON. */
export function integerOf(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function doubleOf(bytes: Uint8Array): number | string {
  const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
  return Number.isFinite(value) ? value : String(value);
}

function* messages(bytes: Uint8Array, number: number): Generator<Uint8Array> {
  for (const field of fieldsOf(bytes))
    if (field.number === number && field.kind === 'bytes') yield field.bytes;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** The last one, as protobuf has it of fields that do not repeat. */
function onlyMessage(bytes: Uint8Array, number: number): Uint8Array {
  let last: Uint8Array = NOTHING;
  for (const message of messages(bytes, number)) last = message;
  return last;
}

function textField(bytes: Uint8Array, number: number): string {
  return textOf(onlyMessage(bytes, number));
}
