/** Pages and their addresses, all behind the `#`: the server needs to know one file only. */
export type Route =
  | { readonly page: 'events'; readonly search: string }
  | { readonly page: 'event'; readonly id: string }
  | { readonly page: 'trails' };

/** `#/events?EventName=DeleteTable`, `#/events/<id>`, `#/trails`. Whatever else there is, is event history. */
export function parseHash(hash: string): Route {
  const [path = '', ...rest] = hash.replace(/^#/, '').split('?');
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments[0] === 'trails') return { page: 'trails' };
  if (segments[0] === 'events' && segments[1]) return { page: 'event', id: decode(segments[1]) };
  return { page: 'events', search: rest.join('?') };
}

export function formatHash(route: Route): string {
  switch (route.page) {
    case 'trails':
      return '#/trails';
    case 'event':
      return `#/events/${encodeURIComponent(route.id)}`;
    case 'events':
      return route.search === '' ? '#/events' : `#/events?${route.search}`;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
