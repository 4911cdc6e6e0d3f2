import { isoSeconds } from '../../../base/clock.ts';
import type { TimeSpan } from '../verify/missing-digests.ts';
import type { CellRange, CellState, Hole, Place } from './contract.ts';

export const HOUR = 3600;

type Cell = { readonly holes: Hole[]; isUnproven: boolean };

/** The hours of one account and region that are not simply whole. */
export class Cells {
  readonly #cells = new Map<number, Cell>();

  /** Every hour that the span touches. */
  mark({ from, to }: TimeSpan, hole: Hole): void {
    for (let hour = hourOf(from); hour < to; hour += HOUR) this.#at(hour).holes.push(hole);
  }

  markUnproven({ from, to }: TimeSpan): void {
    for (let hour = hourOf(from); hour < to; hour += HOUR) this.#at(hour).isUnproven = true;
  }

  isMarked(second: number): boolean {
    return (this.#cells.get(hourOf(second))?.holes.length ?? 0) > 0;
  }

  /** Marked hours within the span. */
  hours(): readonly number[] {
    return [...this.#cells.keys()];
  }

  /** The span hour by hour, equal neighbours joined. `reach`: up to where digests speak (seconds). */
  *ranges(place: Place, span: TimeSpan, reach: number): Generator<CellRange> {
    let open: { from: number; to: number; state: CellState; holes: readonly Hole[] } | undefined;
    for (let hour = hourOf(span.from); hour < span.to; hour += HOUR) {
      const cell = this.#cells.get(hour);
      const holes = cell?.holes ?? [];
      const state = stateOf(cell, hour + HOUR <= reach);
      if (open?.state === state && isSame(open.holes, holes)) open.to = hour + HOUR;
      else {
        if (open !== undefined) yield rangeOf(place, open);
        open = { from: hour, to: hour + HOUR, state, holes };
      }
    }
    if (open !== undefined) yield rangeOf(place, open);
  }

  #at(hour: number): Cell {
    const known = this.#cells.get(hour);
    if (known !== undefined) return known;
    const cell: Cell = { holes: [], isUnproven: false };
    this.#cells.set(hour, cell);
    return cell;
  }
}

function hourOf(second: number): number {
  return Math.floor(second / HOUR) * HOUR;
}

function stateOf(cell: Cell | undefined, isReached: boolean): CellState {
  if (cell !== undefined && cell.holes.length > 0) return 'not-whole';
  if (!isReached) return 'open';
  return cell?.isUnproven === true ? 'unproven' : 'whole';
}

function isSame(a: readonly Hole[], b: readonly Hole[]): boolean {
  return a.length === b.length && a.every((hole, index) => hole === b[index]);
}

function rangeOf(
  { account, region }: Place,
  range: { from: number; to: number; state: CellState; holes: readonly Hole[] },
): CellRange {
  const hours = (range.to - range.from) / HOUR;
  return {
    account,
    region,
    from: isoSeconds(range.from * 1000),
    to: isoSeconds(range.to * 1000),
    hours,
    state: range.state,
    holes: range.holes,
  };
}
