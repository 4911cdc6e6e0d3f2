/** Pages and their addresses, all behind the `#`: the server needs to know one file only. */
export type Route =
  | { readonly page: 'events'; readonly search: string }
  | { readonly page: 'event'; readonly id: string }
  /** `search`: what of the list is looked at, and in which order. */
  | { readonly page: 'trails'; readonly search?: string }
  /** By name, or by ARN where the trail's home is elsewhere. */
  | { readonly page: 'trail'; readonly name: string; readonly tab?: string }
  | { readonly page: 'create-trail' }
  | { readonly page: 'edit-trail'; readonly name: string }
  | { readonly page: 'organization' }
  | { readonly page: 'rules' }
  | { readonly page: 'rule' | 'edit-rule'; readonly name: string; readonly bus: string }
  /** `event`: id of the one that the rule is for. */
  | { readonly page: 'create-rule'; readonly event?: string };

/** `#/events?EventName=DeleteTable`, `#/events/<id>`, `#/trails/<name>`. Whatever else there is, is event history. */
export function parseHash(hash: string): Route {
  const [path = '', ...rest] = hash.replace(/^#/, '').split('?');
  const search = rest.join('?');
  const [page, id] = path.split('/').filter((segment) => segment !== '');
  switch (page ?? '') {
    case 'trails':
      if (id) return trailRoute(decode(id), search);
      return search === '' ? { page: 'trails' } : { page: 'trails', search };
    case 'create-trail':
      return { page: 'create-trail' };
    case 'edit-trail':
      return id ? { page: 'edit-trail', name: decode(id) } : { page: 'trails' };
    case 'organization':
      return { page: 'organization' };
    case 'rules':
      return id ? ruleRoute('rule', id, search) : { page: 'rules' };
    case 'edit-rule':
      return id ? ruleRoute('edit-rule', id, search) : { page: 'rules' };
    case 'create-rule': {
      const event = new URLSearchParams(search).get('event');
      return { page: 'create-rule', ...(event ? { event } : {}) };
    }
    case 'events':
      if (id) return { page: 'event', id: decode(id) };
  }
  return { page: 'events', search };
}

export function formatHash(route: Route): string {
  switch (route.page) {
    case 'trails':
      return route.search ? `#/trails?${route.search}` : '#/trails';
    case 'create-trail':
    case 'organization':
    case 'rules':
      return `#/${route.page}`;
    case 'create-rule':
      return route.event ? `#/create-rule?event=${encodeURIComponent(route.event)}` : '#/create-rule';
    case 'rule':
    case 'edit-rule': {
      const bus = route.bus === 'default' ? '' : `?bus=${encodeURIComponent(route.bus)}`;
      return `#/${route.page === 'rule' ? 'rules' : 'edit-rule'}/${encodeURIComponent(route.name)}${bus}`;
    }
    case 'trail':
      return `#/trails/${encodeURIComponent(route.name)}${route.tab ? `?tab=${encodeURIComponent(route.tab)}` : ''}`;
    case 'edit-trail':
      return `#/edit-trail/${encodeURIComponent(route.name)}`;
    case 'event':
      return `#/events/${encodeURIComponent(route.id)}`;
    case 'events':
      return route.search === '' ? '#/events' : `#/events?${route.search}`;
  }
}

function trailRoute(name: string, search: string): Route {
  const tab = new URLSearchParams(search).get('tab');
  return { page: 'trail', name, ...(tab ? { tab } : {}) };
}

function ruleRoute(page: 'rule' | 'edit-rule', id: string, search: string): Route {
  return { page, name: decode(id), bus: new URLSearchParams(search).get('bus') ?? 'default' };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
