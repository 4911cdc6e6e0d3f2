import { scanArns } from './scan-arns.ts';

/** What is known of an event without parsing it: those of a record's columns that selectors ask about. */
export type EventOutlineColumns = {
  readonly account: string;
  readonly region: string;
  /** `Management`, `Data` … */
  readonly category: string;
  readonly readOnly: boolean;
  readonly source: string;
  readonly name: string;
  readonly userArn: string;
  readonly error: string;
};

/** What an Insights event is about. */
export type InsightFacts = {
  /** `ApiCallRateInsight` */
  readonly type: string;
  /** Of the calls that it is about: `Management` or `Data`. */
  readonly category: string;
};

export type FactResource = { readonly type: string; readonly arn: string };

/** What selectors ask of an event. Texts are undefined where the event does not have the field. */
export type EventFacts = {
  readonly category: string;
  readonly readOnly: boolean;
  readonly source: string | undefined;
  readonly name: string | undefined;
  readonly type: () => string | undefined;
  readonly userArn: string | undefined;
  readonly error: string | undefined;
  readonly vpcEndpoint: () => string | undefined;
  /** Undefined for what is no Insights event. */
  readonly insight: () => InsightFacts | undefined;
  readonly fromConsole: () => string | undefined;
  /** Of the record's own `resources`; an `ARNPrefix` (all objects of a bucket, say) counts as the ARN. */
  readonly resources: () => readonly FactResource[];
  /** ARNs of the resources, and perhaps others: told without parsing the record, which costs most of a decision. */
  readonly mentionedArns: () => readonly string[];
};

type Json = Readonly<Record<string, unknown>>;

/** The columns tell most of it; the record is only parsed for a selector that asks for the rest. */
export function factsOf(event: Told): EventFacts {
  return new Facts(event);
}

type Told = { readonly columns: EventOutlineColumns; readonly raw: Uint8Array };

/** One for each event that is judged: a class, since closures for every field cost more than most decisions. */
class Facts implements EventFacts {
  readonly #event: Told;
  #record: Json | undefined;
  #resources: readonly FactResource[] | undefined;
  #mentioned: readonly string[] | undefined;

  constructor(event: Told) {
    this.#event = event;
  }

  get category(): string {
    return this.#event.columns.category;
  }

  get readOnly(): boolean {
    return this.#event.columns.readOnly;
  }

  get source(): string | undefined {
    return this.#event.columns.source || undefined;
  }

  get name(): string | undefined {
    return this.#event.columns.name || undefined;
  }

  get userArn(): string | undefined {
    return this.#event.columns.userArn || undefined;
  }

  get error(): string | undefined {
    return this.#event.columns.error || undefined;
  }

  type(): string | undefined {
    return text(this.#parsed()['eventType']);
  }

  /** Only those about data events name the category: the documented shape tells them apart by nothing. */
  insight(): InsightFacts | undefined {
    const details = this.#parsed()['insightDetails'];
    if (typeof details !== 'object' || details === null) return undefined;
    const { insightType, eventCategory } = details as Json;
    const type = text(insightType);
    return type === undefined ? undefined : { type, category: text(eventCategory) ?? 'Management' };
  }

  vpcEndpoint(): string | undefined {
    return text(this.#parsed()['vpcEndpointId']);
  }

  fromConsole(): string | undefined {
    return text(this.#parsed()['sessionCredentialFromConsole']);
  }

  resources(): readonly FactResource[] {
    return (this.#resources ??= resourcesOf(this.#parsed()['resources']));
  }

  mentionedArns(): readonly string[] {
    return (this.#mentioned ??= this.#record === undefined ? this.#scanned() : this.#arns());
  }

  /** Behind a backslash anything may be written in another way, so that only the parser knows. */
  #scanned(): readonly string[] {
    const bytes = bufferOf(this.#event.raw);
    return bytes.includes(BACKSLASH) ? this.#arns() : scanArns(bytes);
  }

  #arns(): readonly string[] {
    return this.resources().map(({ arn }) => arn);
  }

  #parsed(): Json {
    return (this.#record ??= parse(this.#event.raw));
  }
}

const BACKSLASH = 0x5c;

const bufferOf = (raw: Uint8Array) => Buffer.from(raw.buffer, raw.byteOffset, raw.length);

function parse(raw: Uint8Array): Json {
  try {
    const value: unknown = JSON.parse(bufferOf(raw).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}

/** Booleans too: records of old versions have them where newer ones have a text. */
function text(value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function resourcesOf(value: unknown): readonly FactResource[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const { type, ARN, ARNPrefix } = one as Json;
    return [{ type: text(type) ?? '', arn: text(ARN) ?? text(ARNPrefix) ?? '' }];
  });
}
