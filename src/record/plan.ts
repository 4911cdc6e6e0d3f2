import { modelOf, type Models, type ServiceModel } from '../aws/models/index.ts';
import type { NamedCall, Protocol } from '../capture/captured-call.ts';
import type { CallKind } from './contract.ts';
import { teaches } from './identify/learn.ts';
import { type AccessLevels, loadAccessLevels } from './kinds/access-levels.ts';
import { dataEventType, isDataEvent } from './kinds/data-events.ts';
import { isReadOnly } from './kinds/read-only.ts';
import { compileEchoes, type HideEchoes } from './members/echoes.ts';
import { errorCodes } from './members/error-codes.ts';
import { compileParameters, type WriteParameters } from './members/request-parameters.ts';
import { compileElements, type WriteElements } from './members/response-elements.ts';
import { apiVersionOf, eventNameOf } from './renames.ts';
import type { OperationModel } from '../aws/models/index.ts';

/** What is known of an operation before any call of it: worked out once. */
export type Plan = CallKind & {
  readonly eventName: string;
  readonly apiVersion: string | undefined;
  /** The record's errorCode for the one that was answered. */
  readonly errorCode: (wire: string) => string;
  /** An error message without the secrets of the request that it repeats. */
  readonly hideEchoes: HideEchoes;
  readonly parameters: WriteParameters;
  readonly elements: WriteElements;
  /** Set where only the answer names the resources of a call that records no elements. */
  readonly answer: WriteElements | undefined;
  /** The resource type of a data event. */
  readonly dataType: string | undefined;
  /** Set where answers tell about keys. */
  readonly teaches: OperationModel | undefined;
};

export type Plans = {
  /** At once when the service is loaded, else after loading. Never rejects. */
  readonly of: (named: NamedCall) => Plan | Promise<Plan>;
  /** With what is loaded by now; not remembered when that is not all. */
  readonly now: (named: NamedCall) => Plan;
  readonly kindOf: (named: Pick<NamedCall, 'service' | 'operation'>) => CallKind;
  readonly load: (service: string) => Promise<void>;
};

type Loaded = { readonly model: ServiceModel | undefined; readonly levels: AccessLevels };

/** Names come from callers: what is remembered for them must end somewhere. */
const MOST_SERVICES = 1000;
const MOST_PLANS = 20_000;

export function createPlans({ models }: { readonly models: Models }): Plans {
  const services = new Map<string, Loaded>();
  const plans = new Map<string, Plan>();
  const loading = new Map<string, Promise<void>>();

  const remember = (key: string, plan: Plan): Plan => {
    if (plans.size >= MOST_PLANS) plans.clear();
    plans.set(key, plan);
    return plan;
  };
  const load = (service: string): Promise<void> => {
    if (services.has(service)) return Promise.resolve();
    const under = loading.get(service);
    if (under !== undefined) return under;
    const started = loadService(models, service).then((loaded) => {
      if (services.size >= MOST_SERVICES) services.clear();
      services.set(service, loaded);
      loading.delete(service);
    });
    loading.set(service, started);
    return started;
  };
  const now = (named: NamedCall): Plan => {
    const key = keyOf(named);
    const known = plans.get(key);
    if (known !== undefined) return known;
    const loaded = services.get(named.service);
    return loaded === undefined
      ? makePlan(named, { model: models.loaded(named.service), levels: new Map() })
      : remember(key, makePlan(named, loaded));
  };
  return {
    now,
    load,
    of: (named) =>
      plans.get(keyOf(named)) ??
      (services.has(named.service) ? now(named) : load(named.service).then(() => now(named))),
    kindOf: ({ service, operation }) => kindOf(service, operation, services.get(service)?.levels),
  };
}

function keyOf({
  service,
  operation,
  protocol,
}: {
  readonly service: string;
  readonly operation: string;
  readonly protocol: Protocol;
}): string {
  return `${service} ${operation} ${protocol}`;
}

async function loadService(models: Models, service: string): Promise<Loaded> {
  const [model, levels] = await Promise.allSettled([models.load(service), loadAccessLevels(service)]);
  return {
    model: model.status === 'fulfilled' ? model.value : undefined,
    levels: levels.status === 'fulfilled' ? levels.value : new Map<string, boolean>(),
  };
}

function kindOf(service: string, operation: string, levels: AccessLevels | undefined): CallKind {
  return {
    readOnly: isReadOnly(service, operation, levels),
    category: isDataEvent(service, operation) ? 'Data' : 'Management',
  };
}

function makePlan(named: NamedCall, { model: serviceModel, levels }: Loaded): Plan {
  const { service, operation, protocol } = named;
  const model = serviceModel === undefined ? undefined : modelOf(serviceModel, operation, protocol);
  const place = {
    service,
    operation,
    protocol: protocol === 'unknown' ? (model?.protocol ?? 'unknown') : protocol,
    model,
  };
  const kind = kindOf(service, operation, levels);
  return {
    ...kind,
    eventName: eventNameOf(named),
    apiVersion: apiVersionOf(service, model?.package.apiVersion ?? serviceModel?.apiVersion),
    errorCode: errorCodes(place, serviceModel),
    hideEchoes: compileEchoes(place),
    parameters: compileParameters(place),
    elements: compileElements(place, kind.readOnly, serviceModel),
    answer: service === 'kms' && kind.readOnly ? compileElements(place, false, serviceModel) : undefined,
    dataType: dataEventType(service, operation),
    teaches: teaches(service, operation) ? model : undefined,
  };
}
