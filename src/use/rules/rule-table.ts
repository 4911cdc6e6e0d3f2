import { createPatternIndex, type PatternIndex } from '../../aws/event-pattern/index/pattern-index.ts';
import { parsePattern } from '../../aws/event-pattern/parse-pattern.ts';
import type { BusEvent } from './event.ts';
import { busKey, type BusName } from './buses.ts';
import { rulesOfBus } from './rules.ts';
import type { RuleRow, RuleSettings } from './settings.ts';

/** A rule that an event fires, with the ids of its targets. */
export type Fired = { readonly rule: RuleRow; readonly targets: readonly string[] };

/** The rules that may fire, compiled, bus by bus as they are needed. */
export type RuleTable = {
  /** Whether the bus has any: most have none, and what comes there need not be read. */
  readonly hasRules: (bus: BusName) => Promise<boolean>;
  /** Rules of the bus that match; of those that want quiet events only those if `quiet`. */
  readonly match: (bus: BusName, event: BusEvent, quiet: boolean) => Promise<readonly Fired[]>;
  /** The rules of the bus, or their targets, have changed. To be called when the change is stored. */
  readonly changed: (bus: BusName) => void;
};

type Compiled = {
  readonly index: PatternIndex<string>;
  readonly rules: ReadonlyMap<string, Fired>;
};

export function createRuleTable(settings: RuleSettings): RuleTable {
  const compiled = new Map<string, Promise<Compiled>>();
  let busy: Promise<ReadonlySet<string>> | undefined;
  const bussesWithRules = (): Promise<ReadonlySet<string>> => (busy ??= withRules(settings));
  return {
    hasRules: async (bus) => (await bussesWithRules()).has(busKey(bus)),
    match: async (bus, event, quiet) => {
      if (!(await bussesWithRules()).has(busKey(bus))) return [];
      const { index, rules } = await (compiled.get(busKey(bus)) ?? remember(compiled, bus, settings));
      const fired: Fired[] = [];
      for (const id of index.find(event)) {
        const one = rules.get(id);
        if (one !== undefined && (!quiet || one.rule.state.startsWith('ENABLED_WITH_ALL'))) fired.push(one);
      }
      return fired;
    },
    changed: (bus) => {
      busy = undefined;
      compiled.delete(busKey(bus));
    },
  };
}

async function withRules(settings: RuleSettings): Promise<ReadonlySet<string>> {
  const rows = await settings
    .selectFrom('event_rules')
    .select(['account', 'region', 'bus'])
    .distinct()
    .where('state', '!=', 'DISABLED')
    .where('pattern', 'is not', null)
    .execute();
  return new Set(rows.map(({ account, region, bus }) => busKey({ account, region, name: bus })));
}

function remember(
  compiled: Map<string, Promise<Compiled>>,
  bus: BusName,
  settings: RuleSettings,
): Promise<Compiled> {
  const loading = compile(bus, settings);
  compiled.set(busKey(bus), loading);
  loading.catch(() => compiled.delete(busKey(bus)));
  return loading;
}

async function compile(bus: BusName, settings: RuleSettings): Promise<Compiled> {
  const rows = (await rulesOfBus(settings, bus)).filter(
    ({ state, pattern }) => state !== 'DISABLED' && pattern !== null,
  );
  const targets = await settings.selectFrom('event_targets').select(['rule_id', 'id']).execute();
  const byRule = Map.groupBy(targets, (target) => target.rule_id);
  const index = createPatternIndex<string>();
  const rules = new Map<string, Fired>();
  for (const rule of rows) {
    index.add(rule.id, parsePattern(rule.pattern ?? ''));
    rules.set(rule.id, { rule, targets: (byRule.get(rule.id) ?? []).map(({ id }) => id) });
  }
  return { index, rules };
}
