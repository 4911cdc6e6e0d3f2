import type { Countable } from './countable.ts';
import { WINDOW_SECONDS } from './time-windows.ts';
import { DIMENSIONS, PRIMARY, type Dimension, type Template } from './templates.ts';

/** The data events that make one aggregated record. */
export type Group = {
  readonly organization: string;
  readonly account: string;
  readonly region: string;
  readonly source: string;
  /** Seconds; the window is five minutes long. */
  readonly windowStart: number;
  /** Its events came after the window was delivered. */
  readonly late: boolean;
  readonly template: Template;
  readonly primary: string;
  count: number;
  readonly details: ReadonlyMap<Dimension, Map<string, number>>;
};

/** Under this name is counted what would be one name too many: names are the callers', and memory is not without end. */
export const OTHER = 'OTHER';

/** Names of a dimension in a record. */
const MOST_NAMES = 1000;
/** Names of a delivery. */
const MOST_IN_ALL = 200_000;

/** Counts events by templates. The same events in the same order make the same counts. */
export class Tally {
  readonly #templates: readonly Template[];
  readonly #groups = new Map<string, Group>();
  /** How many primary values are told apart, by all that stands before them. */
  readonly #primaries = new Map<string, number>();
  #room = MOST_IN_ALL;

  constructor(templates: readonly Template[]) {
    this.#templates = templates;
  }

  get groups(): readonly Group[] {
    return [...this.#groups.values()];
  }

  add(event: Countable, { late }: { readonly late: boolean }): void {
    for (const template of this.#templates) {
      for (const primary of event.values[PRIMARY[template]]) this.#count(event, { late, template, primary });
    }
  }

  #count(event: Countable, by: Pick<Group, 'late' | 'template' | 'primary'>): void {
    const group = this.#groupOf(event, by);
    group.count++;
    for (const [dimension, names] of group.details) {
      for (const name of event.values[dimension]) this.#countName(names, name);
    }
  }

  #groupOf(event: Countable, by: Pick<Group, 'late' | 'template' | 'primary'>): Group {
    const { organization, account, region, source } = event;
    const windowStart = Math.floor(event.time / WINDOW_SECONDS) * WINDOW_SECONDS;
    const place = JSON.stringify([
      ...[organization, account, region, source],
      ...[windowStart, by.late, by.template],
    ]);
    const wanted = `${place}${by.primary}`;
    const found = this.#groups.get(wanted);
    if (found !== undefined) return found;
    const known = this.#primaries.get(place) ?? 0;
    const fits = known < MOST_NAMES && this.#room > 0;
    const id = fits ? wanted : `${place}${OTHER}`;
    const other = this.#groups.get(id);
    if (other !== undefined) return other;
    this.#room--;
    this.#primaries.set(place, known + 1);
    const group: Group = {
      organization,
      account,
      region,
      source,
      windowStart,
      late: by.late,
      template: by.template,
      primary: fits ? by.primary : OTHER,
      count: 0,
      details: new Map(
        DIMENSIONS.filter((one) => one !== PRIMARY[by.template]).map((one) => [one, new Map()]),
      ),
    };
    this.#groups.set(id, group);
    return group;
  }

  #countName(names: Map<string, number>, name: string): void {
    const isNew = !names.has(name);
    const counted = isNew && (names.size >= MOST_NAMES || this.#room <= 0) ? OTHER : name;
    if (isNew && counted === name) this.#room--;
    names.set(counted, (names.get(counted) ?? 0) + 1);
  }
}
