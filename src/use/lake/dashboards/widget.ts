/** One query of a dashboard, and how its rows are shown. */
export type Widget = {
  readonly QueryAlias: string;
  /** With `?` in place of each parameter. */
  readonly QueryStatement: string;
  /** What each `?` stands for: `$StartTime$`, `$EndTime$`, `$Period$`, `$EventDataStoreId$`. */
  readonly QueryParameters?: readonly string[] | undefined;
  /** Title, View (Table, LineChart, BarChart, PieChart), LabelColumn, ValueColumn, Height, Width. */
  readonly ViewProperties: Readonly<Record<string, string>>;
};

export type NewWidget = Omit<Widget, 'QueryAlias'>;

/** Starts with a letter, as aliases must. `first`: the number of the first. */
export function named(dashboard: string, widgets: readonly NewWidget[], first = 1): readonly Widget[] {
  return widgets.map((widget, index) => ({ QueryAlias: `Widget-${dashboard}-${first + index}`, ...widget }));
}

/**
 * One that asks the same as one before keeps its alias, and with it what the last refresh found. The others are numbered by the time, so
 * that none is taken for one that is gone.
 */
export function renamed(
  dashboard: string,
  widgets: readonly NewWidget[],
  { before, now }: { readonly before: readonly Widget[]; readonly now: number },
): readonly Widget[] {
  const left = [...before];
  return named(dashboard, widgets, now).map((widget) => {
    const same = left.findIndex((one) => question(one) === question(widget));
    const [kept] = same === -1 ? [] : left.splice(same, 1);
    return kept ? { ...widget, QueryAlias: kept.QueryAlias } : widget;
  });
}

function question({ QueryStatement, QueryParameters = [] }: NewWidget): string {
  return JSON.stringify([QueryStatement, QueryParameters]);
}

/** The dashboard that an alias belongs to. */
export function dashboardOf(alias: string): string | undefined {
  return /^Widget-(.+)-\d+$/.exec(alias)?.[1];
}
