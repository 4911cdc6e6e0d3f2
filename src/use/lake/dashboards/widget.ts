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

/** Starts with a letter, as aliases must. */
export function named(dashboard: string, widgets: readonly NewWidget[]): readonly Widget[] {
  return widgets.map((widget, index) => ({ QueryAlias: `Widget-${dashboard}-${index + 1}`, ...widget }));
}

/** The dashboard that an alias belongs to. */
export function dashboardOf(alias: string): string | undefined {
  return /^Widget-(.+)-\d+$/.exec(alias)?.[1];
}
