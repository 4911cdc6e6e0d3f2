import { eventOfRequest, type HttpOptions, type HttpRequest, type ServerResponse } from './http.ts';
import type { AuditEvent } from './options.ts';

type Record_ = (event: AuditEvent) => void;

/** As much of Express's request as is needed, so that this package needs no Express. */
export type ExpressRequest = HttpRequest & {
  readonly route?: { readonly path?: unknown } | undefined;
  readonly baseUrl?: string;
};

export type ExpressHandler<Request> = (request: Request, response: ServerResponse, next: () => void) => void;

/** Records each request once its answer is over. */
export function expressHandler<Request extends ExpressRequest>(
  record: Record_,
  options: HttpOptions<Request>,
): ExpressHandler<Request> {
  return (request, response, next) => {
    const startedAt = Date.now();
    response.once('close', () => {
      guarded(() => {
        const path = request.route?.path;
        const route = typeof path === 'string' ? `${request.baseUrl ?? ''}${path}` : undefined;
        const completed = response.writableFinished;
        const event = eventOfRequest(
          request,
          { status: response.statusCode, completed, route, startedAt },
          options,
        );
        if (event !== undefined) record(event);
      });
    });
    next();
  };
}

export type FastifyLikeRequest = HttpRequest & {
  readonly routeOptions?: { readonly url?: string | undefined } | undefined;
};

type Done = () => void;
type Reply = { readonly statusCode: number };

/** As much of Fastify's instance as is needed. */
export type FastifyLike = {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  addHook: (name: any, hook: (...args: any[]) => any) => unknown;
};

export type FastifyPlugin = (instance: FastifyLike, options: unknown, done: Done) => void;

/** A plugin for `app.register`: records each request once its answer is over, and drains when the app closes. */
export function fastifyPlugin<Request extends FastifyLikeRequest>(
  record: Record_,
  close: () => Promise<void>,
  options: HttpOptions<Request>,
): FastifyPlugin {
  const started = new WeakMap<object, number>();
  const note = (request: Request, status: number, completed: boolean): void =>
    guarded(() => {
      const startedAt = started.get(request) ?? Date.now();
      started.delete(request);
      const route = request.routeOptions?.url;
      const event = eventOfRequest(request, { status, completed, route, startedAt }, options);
      if (event !== undefined) record(event);
    });
  const plugin: FastifyPlugin = (instance, _options, done) => {
    instance.addHook('onRequest', (request: Request, _reply: Reply, next: Done) => {
      started.set(request, Date.now());
      next();
    });
    instance.addHook('onResponse', (request: Request, reply: Reply, next: Done) => {
      if (started.has(request)) note(request, reply.statusCode, true);
      next();
    });
    instance.addHook('onRequestAbort', (request: Request, next: Done) => {
      if (started.has(request)) note(request, 0, false);
      next();
    });
    instance.addHook('onClose', close);
    done();
  };
  // Hooks are for the whole app, not for this plugin alone: https://fastify.dev/docs/latest/Reference/Plugins/#handle-the-scope
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

/** Nothing that goes wrong here may go wrong in the service. */
function guarded(work: () => void): void {
  try {
    work();
  } catch {
    // An event that could not be made: `record` counts its own failures.
  }
}
