/** Which data events somebody wants, of trails or of event data stores. */
type DataSelection<Event> = {
  readonly selectsData: () => boolean;
  readonly selects: (event: Event) => boolean;
  readonly refresh: () => Promise<void>;
};

/** An event is kept when any of them wants it. Who refreshes one refreshes all: an organization's accounts concern both. */
export function eitherSelection<Event>(...all: readonly DataSelection<Event>[]): DataSelection<Event> {
  return {
    selectsData: () => all.some((one) => one.selectsData()),
    selects: (event) => all.some((one) => one.selectsData() && one.selects(event)),
    refresh: async () => {
      for (const one of all) await one.refresh();
    },
  };
}
