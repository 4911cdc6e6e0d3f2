import { stateOf } from '../destinations.ts';
import type { Trail, TrailStatus } from '../trails.ts';

export type SortBy = 'name' | 'state' | 'region';

/** What of the list is looked at; it lives in the address. Pages count from 1. */
export type TrailsView = {
  readonly text: string;
  readonly sort: SortBy;
  readonly descending: boolean;
  readonly page: number;
};

export const PAGE_SIZE = 25;
const SORTS: readonly SortBy[] = ['name', 'state', 'region'];

/** `q=ledger&sort=-state&page=2`; whatever else there is, is the default. */
export function parseView(search: string): TrailsView {
  const query = new URLSearchParams(search);
  const sort = query.get('sort') ?? '';
  const page = Number(query.get('page'));
  return {
    text: query.get('q') ?? '',
    sort: SORTS.find((one) => one === sort.replace(/^-/, '')) ?? 'name',
    descending: sort.startsWith('-'),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

export function formatView({ text, sort, descending, page }: TrailsView): string {
  const query = new URLSearchParams();
  if (text !== '') query.set('q', text);
  if (sort !== 'name' || descending) query.set('sort', `${descending ? '-' : ''}${sort}`);
  if (page > 1) query.set('page', String(page));
  return query.toString();
}

/** Whether each word of the text is in one of the trail's names or addresses. */
export function matchesText(trail: Trail, text: string): boolean {
  const { name, arn, bucket, prefix, topic, logGroup, kmsKey, homeRegion } = trail;
  const among = [name, arn, `${bucket}/${prefix}`, topic, logGroup, kmsKey, homeRegion]
    .join('\n')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => among.includes(word));
}

/** In the order that the view asks for; of two that are equal in it, by name. */
export function sortTrails<T extends Trail & { readonly status?: TrailStatus | undefined }>(
  trails: readonly T[],
  { sort, descending }: Pick<TrailsView, 'sort' | 'descending'>,
): readonly T[] {
  const rank = { name: () => '', state: stateRank, region: regionText }[sort];
  const turn = descending ? -1 : 1;
  return [...trails].sort(
    (a, b) =>
      turn * (compare(rank(a), rank(b)) || (sort === 'name' ? compareNames(a, b) : 0)) || compareNames(a, b),
  );
}

/** Those that need somebody come first. */
function stateRank(trail: Trail & { readonly status?: TrailStatus | undefined }): string {
  if (!trail.status) return '4';
  const { type, text } = stateOf(trail, trail.status);
  return `${{ error: 1, stopped: 2, success: 3 }[type]} ${text}`;
}

function regionText({ multiRegion, homeRegion }: Trail): string {
  return `${multiRegion ? ' ' : ''}${homeRegion}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const NAMES = new Intl.Collator('en', { numeric: true });

function compareNames(a: Trail, b: Trail): number {
  return NAMES.compare(a.name, b.name) || compare(a.arn, b.arn);
}
